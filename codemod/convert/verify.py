"""The written folder, read back: the same tensors in the file and in the model that transformers loads from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codemod.convert.folder import WEIGHTS
from codemod.convert.form import Form
from codemod.convert.keymap import CONTACTS, FREQUENCIES, POSITIONS
from codemod.convert.tokenizer import VOCABULARY
from codemod.convert.wording import some

if TYPE_CHECKING:
    from torch import Tensor


class NotTheSame(Exception):
    """The folder does not hold what the checkpoint holds: it is not kept (exit code 1)."""


def check_file(folder: Path, tensors: Mapping[str, Tensor]) -> None:
    """Names, shapes, dtypes and values of the safetensors file; raises NotTheSame."""
    from safetensors import safe_open

    with safe_open(str(folder / WEIGHTS), framework="pt") as file:
        names = set(file.keys())
        if names != tensors.keys():
            raise NotTheSame(f"{WEIGHTS} holds other tensors: {some(names ^ tensors.keys())}")
        wrong = [name for name, tensor in tensors.items() if not _same(file.get_tensor(name), tensor)]
    if wrong:
        raise NotTheSame(f"{len(wrong)} tensors of {WEIGHTS} are not the checkpoint's: {some(wrong)}")


def check_model(folder: Path, form: Form, tensors: Mapping[str, Tensor]) -> None:
    """`EsmForMaskedLM` and `AutoTokenizer` load it, with nothing missing, and hold its values; raises NotTheSame."""
    model, info = load(folder)
    held = model.state_dict()
    absent = {
        name
        for name in tensors.keys() - held.keys()
        # one set of frequencies from 5.6 on; and no table of positions where they are rotary, from 4.56 on
        if not name.endswith(FREQUENCIES) and not (form.positions is None and name == POSITIONS)
    }
    missing = {name for name in info["missing_keys"] if form.contacts or not name.startswith(CONTACTS)}
    faults = missing | absent | set(map(str, info["mismatched_keys"]))
    faults |= {name for name in held.keys() & tensors.keys() if not _same(held[name], tensors[name].to(held[name]))}
    if faults:
        raise NotTheSame(f"transformers does not load it as it is: {some(faults)}")
    _check_tokenizer(folder)


def load(folder: Path) -> tuple[Any, Mapping[str, Any]]:
    """`EsmForMaskedLM` on the CPU, with attention that can give contacts, and its loading report; raises NotTheSame."""
    import transformers

    factory: Any = transformers.EsmForMaskedLM
    with _quiet():
        try:
            model, info = factory.from_pretrained(
                str(folder), attn_implementation="eager", output_loading_info=True, local_files_only=True
            )
        except (RuntimeError, ValueError) as error:
            raise NotTheSame(f"transformers does not load it: {' '.join(str(error).split())}") from error
    return model.eval(), info


def _check_tokenizer(folder: Path) -> None:
    from transformers import AutoTokenizer

    with _quiet():
        tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    every = [token for token in VOCABULARY if not token.startswith("<")]
    ids = tokenizer("".join(every))["input_ids"]
    if ids != [VOCABULARY.index(token) for token in ("<cls>", *every, "<eos>")]:
        raise NotTheSame(f"the tokenizer gives other tokens than fair-esm's: {ids}")


def _same(one: Tensor, other: Tensor) -> bool:
    import torch

    return one.dtype == other.dtype and torch.equal(one, other)


@contextmanager
def _quiet() -> Iterator[None]:
    """No report of missing weights and no bars: the checks say the same with names."""
    from transformers.utils import logging

    log: Any = logging
    level, bars = log.get_verbosity(), log.is_progress_bar_enabled()
    log.set_verbosity_error()
    log.disable_progress_bar()
    try:
        yield
    finally:
        log.set_verbosity(level)
        if bars:
            log.enable_progress_bar()
