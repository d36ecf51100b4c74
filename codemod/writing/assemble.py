"""Write a file's new text: the rules' edits, fair-esm's imports out, the target's imports and helper functions in."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from codemod.files.text import newline_of, splice
from codemod.program.imports import Names, clashes, statement_of, written
from codemod.program.source import Source
from codemod.records import Edit
from codemod.uses.use import Use
from codemod.writing.comments import rescued
from codemod.writing.overwritten import overwritten
from codemod.writing.placing import Placing


class CannotWrite(Exception):
    """These uses cannot be written down together; the reason is the message."""

    def __init__(self, uses: Sequence[Use], why: str) -> None:
        super().__init__(why)
        self.uses = tuple(uses)


@dataclass(frozen=True)
class Assembled:
    """The new text of a file, and the edits that lead to it."""

    text: str
    edits: tuple[Edit, ...]


def assemble(
    source: Source,
    edits: dict[Use, list[Edit]],
    leaving: Sequence[ast.alias],
    extra: Sequence[Edit] = (),
    note: str = "",
    starred: frozenset[str] = frozenset(),
) -> Assembled:
    """The file after these uses' edits, without the import aliases that leave. Raises CannotWrite.

    `extra` are edits that belong to no use (widths); `note` is a comment to stand where an import stood, if any;
    `starred` are names that star imports bring.
    """
    gone = frozenset(written(alias, statement_of(source, alias)) for alias in leaving)
    ordered = _without_nested(source, _ordered(source, edits, extra))
    names = Names(source, ordered, gone, starred)
    clash = clashes(names)
    if clash:
        raise CannotWrite(list(edits), f"{clash} means something else in this module than the package")
    lost = overwritten(source, names.helpers, edits, starred)
    if lost:
        raise CannotWrite(lost[0], f"what is added calls {lost[1]}, which is not Python's own in this program")
    resolved = [Edit(edit.start, edit.stop, names.resolve(edit.text), edit.rule) for edit in ordered]
    inside = [edit for edit in ordered if edit.start != edit.stop]
    placing = Placing(source, names, leaving, ordered, note)
    for early, local in placing.too_early():
        stuck = [use for use, made in edits.items() if early in made]
        raise CannotWrite(stuck, f"{local} is needed here, and this function imports it further down: import it above")
    placed = placing.edits()
    resolved += [edit for edit in placed if not any(_swallows(each, edit) for each in inside)]
    return _spliced(source, [*resolved, *rescued(source, resolved)])


def one_each(edits: Iterable[Edit]) -> list[Edit]:
    """The same change with one edit at each place: insertions at one place are joined in their order."""
    joined: list[Edit] = []
    for edit in edits:
        last = joined[-1] if joined else None
        if last and last.start == last.stop == edit.start:
            joined[-1] = Edit(last.start, edit.stop, last.text + edit.text, last.rule)
        else:
            joined.append(edit)
    return joined


def _swallows(outer: Edit, inner: Edit) -> bool:
    """Whether a replacement takes away the text another one changes; what is inserted before it stays."""
    inserted_before = inner.start == inner.stop == outer.start
    return outer.start <= inner.start < outer.stop and not inserted_before


def _spliced(source: Source, edits: Iterable[Edit]) -> Assembled:
    newline = newline_of(source.text)
    in_order = sorted(edits, key=lambda each: (each.start, each.stop))
    made = tuple(replace(edit, text=edit.text.replace("\n", newline)) for edit in in_order)
    new = splice(source.text, made)
    blank = source.text[:1] in ("", "\r", "\n")
    return Assembled(new if blank else new.lstrip("\r\n"), made)


def _ordered(source: Source, edits: dict[Use, list[Edit]], extra: Sequence[Edit]) -> list[Edit]:
    """Edits by place; insertions at one place open from the outside in and close from the inside out."""
    keyed = [((edit.start, edit.start != edit.stop, 0, 0), edit) for edit in extra]
    starts = {source.span(use.node)[0] for use in edits}
    for use, made in edits.items():
        start, stop = source.span(use.node)
        for number, edit in enumerate(made):
            size = stop - start
            opens = edit.start == start or edit.start in starts  # its own expression, or one inside that starts here
            nesting = -size if opens else size
            keyed.append(((edit.start, edit.start != edit.stop, nesting, number), edit))
    return [edit for _, edit in sorted(keyed, key=lambda pair: pair[0])]


#: Rules whose replacement makes what is inside it unnecessary.
_SWALLOW = frozenset(["representations", "type_names", "model_call", "stub"])


def _without_nested(source: Source, edits: list[Edit]) -> list[Edit]:
    kept: list[Edit] = []
    for edit in edits:
        if kept and edit.start < kept[-1].stop:
            if edit.stop <= kept[-1].stop and kept[-1].rule in _SWALLOW:
                continue
            raise CannotWrite([], f"two rewrites meet at line {source.line_of(edit.start)}")
        kept.append(edit)
    return kept
