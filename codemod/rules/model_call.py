"""Call the model with the attention mask that fair-esm derives from the tokens itself.

Before: `results = model(batch_tokens, repr_layers=[33], return_contacts=True)`
After:  `results = model(batch_tokens, attention_mask=batch_tokens.ne(model.config.pad_token_id))`, with
        `output_hidden_states=True` where other layers than the last are read; contacts and attentions follow as
        variables

The mask is computed from the tensor that is handed over, so that cut, masked and hand-made tokens keep their meaning.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Optional

from codemod.library import MODEL, NO_DECODER, OUTPUT
from codemod.records import Edit
from codemod.rule import Answer, Left, Site, helper, rewrites
from codemod.rules._calls import Call, parse
from codemod.rules._contacts import RANDOM, are_random, contacts_alone, predicted
from codemod.rules._dead import dead_assignments
from codemod.rules._flags import replaced_flags
from codemod.rules._layers import last_layer, requested, unasked
from codemod.rules._mask import mask_of
from codemod.rules._reads import carried, contacts_name, reads
from codemod.uses.shapes import ACTS, is_held, model_of

_CALLS = (f"{MODEL}()", f"{MODEL}.forward()")


@rewrites(*_CALLS)
def model_call(site: Site) -> Answer:
    call = parse(site.node)
    if call is None:
        yield Left("the model is called with arguments this tool does not know")
        return
    refusal = _refusal(site, call)
    if refusal:
        yield Left(refusal)
        return
    alone = contacts_alone(site, call.node)
    tokens, first = site.twice(call.tokens, "input_ids")
    yield from ([] if alone else _renamed_tokens(site, call))
    yield from first
    mask = mask_of(site, model_of(call.node), tokens)
    yield from predicted(site, call, mask) if alone else _called(site, call, tokens, mask)
    if all(_names_no_flag(site, each) for each in reads(site, call.node, "representations")):
        yield from dead_assignments(site, _unread_flags(site, call), _CALLS, kept=1)


def _called(site: Site, call: Call, tokens: str, mask: str) -> Answer:
    options = [f"attention_mask={mask}"]
    if _reads_hidden_states(site, call):
        options.append("output_hidden_states=True")
    if reads(site, call.node, "attentions"):
        options.append("output_attentions=True")
    stop = site.source.span(call.node)[1]
    yield from replaced_flags(site, call.node, call.tokens, list(call.flags.values()), ", ".join(options))
    yield from _hoisted(site, call, tokens, mask, stop)


def _unread_flags(site: Site, call: Call) -> list[ast.expr]:
    """The flags that no emitted text repeats."""
    guard = call.flags.get("return_contacts") if reads(site, call.node, "contacts") else None
    return [each for each in call.flags.values() if each is not guard]


def _names_no_flag(site: Site, read: ast.Subscript) -> bool:
    """Whether reading the representations does not repeat the expression of `repr_layers`."""
    parent = site.parent(read)
    one_layer = isinstance(parent, ast.Subscript) and parent.value is read
    if one_layer:
        return unasked(site, read) is None
    return requested(site, read) is not None


def model_code(site: Site, call: ast.Call) -> str:
    return site.code(model_of(call))


def _refusal(site: Site, call: Call) -> Optional[str]:
    if not is_held(model_of(call.node)):
        return f"the model is not a variable: {site.code(call.node.func)}"
    if any(isinstance(each, ACTS) or _named(each) in ("next", "input", "open") for flag in call.flags.values()
           for each in ast.walk(flag)):  # fmt: skip
        return "a flag does something when it is evaluated: give it a variable first"
    statement = site.source.statement_of(call.node)
    for key in ("contacts", "attentions"):
        if not reads(site, call.node, key):
            continue
        if site.target.to == "fastesm2":
            return f"FastESM2_650 has no {key} worth reading: its contact head is not stored and its maps are wrong"
        if key == "contacts" and are_random(site, model_of(call.node)):
            return RANDOM
        if contacts_alone(site, call.node):
            continue
        if not isinstance(statement, ast.Assign) or statement.value is not call.node or not _held(statement.targets[0]):
            return f"{key} are read from a call whose output has no variable"
        if not site.source.starts_line(statement):
            return f"{key} need a line of their own after the call, and the call shares its line"
        if not _asked(call, key) and f"in({OUTPUT})" not in site.group.keys:
            return f"{key} were not asked for in this call: a KeyError in fair-esm today"
    if site.target.to == "fastesm2" and site.group.predicts_tokens:
        return NO_DECODER
    return None


def _held(target: ast.expr) -> bool:
    """Whether a target can be named again: a variable, or an attribute of one."""
    return isinstance(target, ast.Name) or (isinstance(target, ast.Attribute) and _held(target.value))


def _named(node: ast.AST) -> str:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def _asked(call: Call, key: str) -> bool:
    """Whether the flags ask for contacts or attentions, in some case at least."""
    wanted = [call.flags.get("return_contacts")]
    wanted += [call.flags.get("need_head_weights")] if key == "attentions" else []
    return any(each is not None and not (isinstance(each, ast.Constant) and not each.value) for each in wanted)


def _renamed_tokens(site: Site, call: Call) -> Iterator[Edit]:
    """`tokens=`, as `input_ids=`."""
    keyword = next((each for each in call.node.keywords if each.arg == "tokens"), None)
    if keyword is not None:
        start = site.source.span(keyword.value)[0]
        yield site.edit(start - len("tokens="), start, "input_ids=")


def _reads_hidden_states(site: Site, call: Call) -> bool:
    found = reads(site, call.node, "representations")
    return any(site.group.predicts_tokens or not last_layer(site, each) for each in found)


def _hoisted(site: Site, call: Call, tokens: str, mask: str, stop: int) -> Answer:
    """Contacts and attentions follow right after the call, under the same `no_grad`: as variables, or in the output."""
    statement = site.source.statement_of(call.node)
    model, end = model_code(site, call.node), site.source.span(statement)[1]
    if reads(site, call.node, "contacts"):
        text = f"{model}.predict_contacts({tokens}, {mask})"
        yield site.insert(end, _placed(site, call, "contacts", text, call.flags.get("return_contacts")))
    if reads(site, call.node, "attentions"):
        assert isinstance(statement, ast.Assign)
        text = f"{helper('stack_attentions')}({site.code(statement.targets[0])}.attentions, {mask})"
        yield site.insert(end, _placed(site, call, "attentions", text, None))


def _placed(site: Site, call: Call, key: str, text: str, wanted: Optional[ast.expr]) -> str:
    """The line, or two, that gives what was computed a place; `wanted` is the flag that asks for it."""
    statement = site.source.statement_of(call.node)
    assert isinstance(statement, ast.Assign)
    line, flag = f"\n{site.source.indent(statement)}", wanted if not isinstance(wanted, ast.Constant) else None
    if not carried(site, call.node, key):
        guard = f" if {site.migrated(flag)} else None" if flag else ""
        return f"{line}{contacts_name(site, call.node, key)} = {text}{guard}"
    guarded = f"{line}if {site.migrated(flag)}:{line}    " if flag else line
    return f'{guarded}{site.code(statement.targets[0])}["{key}"] = {text}'
