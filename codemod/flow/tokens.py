"""Tokens as the batch converter gives them, followed through whatever puts no padding among them.

The migrated converter looks at the padding of its own batches; for all other tokens the model call has to. So a tensor
is only taken for the converter's where it is proven: what is not followed here is somebody's own.
"""

from __future__ import annotations

import ast
from typing import Optional

from codemod.flow.arguments import Arguments
from codemod.flow.cells import Cells
from codemod.flow.frame import Frame
from codemod.flow.joining import element
from codemod.flow.values import OTHER, Const, External, Seq, Tup, Value, constants
from codemod.library import ALPHABET, TOKENS

#: What a batch converter gives: labels, sequences, tokens.
BATCH = Tup((OTHER, OTHER, External(TOKENS)))
_PADDED = ("padded", TOKENS)  # the cell that rises where something else than a letter is stored into such tokens
#: Methods of a tensor that give the same ids, or some of them.
_SAME = frozenset(
    ("to", "cuda", "cpu", "clone", "detach", "contiguous", "long", "int", "pin_memory", "requires_grad_", "unsqueeze",
     "squeeze", "repeat", "expand", "view", "reshape", "flatten", "narrow", "index_select", "roll", "select", "t",
     "transpose", "permute", "swapaxes", "movedim", "view_as", "expand_as")
)  # fmt: skip
#: Methods that give the same memory in another form, and those that give it in parts.
_MEMORY = frozenset(("numpy", "diagonal", "unfold", "as_strided"))
_PARTS = frozenset(("unbind", "split", "chunk", "tensor_split"))
#: Methods that keep or show what they are handed; any other call whose result nobody takes may write into it.
_KEEPERS = frozenset(
    ("add", "append", "appendleft", "critical", "debug", "dump", "error", "extend", "info", "insert", "log", "print",
     "put", "save", "send", "update", "warning", "write")
)  # fmt: skip
_WRITERS = frozenset(("numpy.copyto", "numpy.place", "numpy.put", "numpy.putmask", "random.shuffle"))
_JOINS = frozenset(("torch.cat", "torch.concat", "torch.stack", "torch.vstack"))
#: Attributes of the alphabet that are ids of other tokens than the padding.
TOKEN_IDS = frozenset(("mask_idx", "cls_idx", "eos_idx", "unk_idx"))
_PADDING = 1  # FAIR_ESM.md section 2: the padding's id in every ESM-1b, ESM-1v and ESM-2 checkpoint


def is_tokens(value: Value) -> bool:
    """Whether a value can only be what a batch converter gave, or a part of it."""
    return value == External(TOKENS)


def made(frame: Frame, name: str, arguments: Arguments) -> Optional[Value]:
    """What a call of a tensor's method, or of torch, gives where that is still the converter's tokens; else None."""
    owner, _, method = name.rpartition(".")
    if owner.startswith(TOKENS):
        if method.endswith("_") and method not in _SAME:
            frame.analysis.cells.write(_PADDED, OTHER)
        if method in _MEMORY:
            return External(f"{owner}.{method}")
        if method in _PARTS:
            return Seq(External(owner))
        kept = method in _SAME or (method == "masked_fill" and _is_letter(arguments.get(1, "value")))
        return External(owner) if kept else None
    parts = arguments.get(0, "tensors")
    given = parts.items if isinstance(parts, Tup) else (element(parts),)
    return External(TOKENS) if name in _JOINS and given and all(map(is_tokens, given)) else None


def some_of(value: Value) -> bool:
    """Whether a value is a converter's tokens at least where this repository calls."""
    return isinstance(value, External) and value.name.startswith(TOKENS)


def store(frame: Frame, base: Value, value: Value) -> None:
    """`tokens[...] = value`, where the value may be padding."""
    if some_of(base) and not _is_letter(value):
        frame.analysis.cells.write(_PADDED, OTHER)


def hand_over(frame: Frame, node: ast.Call, arguments: Arguments, name: str = "") -> None:
    """Tokens go to a function that nobody sees (without a name), or to another package's: it may write into them."""
    if not any(some_of(value) for _, value in arguments.all()):
        return
    dropped = isinstance(frame.source.parents.get(node), ast.Expr) and name.rpartition(".")[2] not in _KEEPERS
    if not name or name in _WRITERS or any(each.arg == "out" for each in node.keywords) or dropped:
        frame.analysis.cells.write(_PADDED, OTHER)


def padded(cells: Cells) -> bool:
    """Whether padding may be stored into a converter's tokens, anywhere in the repository."""
    return cells.read(_PADDED) is not None


def _is_letter(value: Value) -> bool:
    """Whether a value is an id, and not the padding's."""
    if isinstance(value, External):
        owner, _, attribute = value.name.rpartition(".")
        return value.name == TOKENS or (owner == ALPHABET and attribute in TOKEN_IDS)
    known = constants(value) if isinstance(value, Const) else None
    return known is not None and _PADDING not in known
