"""`--mark`: a comment above every statement that holds a leftover; comments whose leftover has gone are taken out.

Decided on the file as it is, because that is what leftovers speak of; made on the file as it will be. The program must
be the same with the comments as without; where it would not be, the file gets none.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Optional

from codemod.errors import Undecodable, Unreadable
from codemod.files.text import Decoded, decode, newline_of, splice
from codemod.marker import START, Marker, comment, markers
from codemod.notebooks.read import Notebook, read
from codemod.notebooks.write import fit, write
from codemod.program.source import Source
from codemod.records import LINE_END, Edit, FilePlan, Leftover
from codemod.writing.assemble import one_each
from codemod.writing.comment_places import Places, moved

#: Said of a leftover that no comment can be written for.
NOT_MARKED = "not marked: no comment can stand there"
#: Only the run that changes the model sees these; a comment about them goes when a person deletes it.
LASTING = frozenset(
    ["checkpoints", "idle", "widths", "stale_artefacts", "weights", "messages", "old_names", "restores", "undeclared"]
)


def marked(plan: FilePlan, write_comments: bool) -> FilePlan:
    """The plan of a Python file or notebook with its comments brought up to date.

    Without `write_comments` none is added, and those whose leftover has gone are taken out. Edits and lines go on
    speaking of `FilePlan.source`. A leftover that no comment can be written for says so.
    """
    if plan.status == "error" or not (START in plan.result or (write_comments and plan.leftovers)):
        return plan
    try:
        return _Marking.of(plan, write_comments).made()
    except (SyntaxError, ValueError, RecursionError):
        return _without(plan, plan.leftovers) if write_comments else plan


def bare(path: str, decoded: Decoded) -> FilePlan:
    """The plan of a file that nothing is to be done in but to take comments out."""
    plan = FilePlan(path, "migrated", decoded.text, None, decoded.codec)
    if not path.endswith(".ipynb"):
        return plan
    try:
        source = read(decoded.text).source
    except Unreadable:
        return plan
    return replace(plan, cells=(source, source))


@dataclass(frozen=True)
class _Marking:
    """One file before and after its edits."""

    plan: FilePlan
    write_comments: bool
    before: Places
    after: Places
    edits: Sequence[Edit]
    notebook: Optional[Notebook]  # as it will be

    @staticmethod
    def of(plan: FilePlan, write_comments: bool) -> _Marking:
        if plan.cells is None:
            before, after = Source(plan.path, plan.source), Source(plan.path, plan.result)
            return _Marking(plan, write_comments, Places(before), Places(after), plan.edits, None)
        old, new = read(plan.before), read(plan.before if plan.after is None else plan.after)
        edits = fit(old, one_each(plan.edits))
        before, after = (Source(plan.path, each.source, each.program) for each in (old, new))
        return _Marking(plan, write_comments, Places(before), Places(after), edits, new)

    def made(self) -> FilePlan:
        places = {leftover: self.before.above(leftover.line) for leftover in self.plan.leftovers}
        found = self._found()
        edits: list[Edit] = []
        for place in sorted({*found, *(each for each in places.values() if each is not None)}):
            here = sorted(leftover for leftover, at in places.items() if at == place)
            edits += self._edits(place, found.get(place, []), here)
        lost = [leftover for leftover, place in places.items() if place is None or self._there(place) is None]
        changed = self._written(sorted(edits)) if edits else self.plan
        return _without(changed, lost) if self.write_comments else changed

    def _found(self) -> dict[int, list[Marker]]:
        """The comments in the file, by the place they were written for."""
        strings = list(self.before.strings())
        found: defaultdict[int, list[Marker]] = defaultdict(list)
        for each in markers(self.plan.source):
            if not any(start < each.start < stop for start, stop in strings):
                end = LINE_END.match(self.plan.source, each.stop)
                found[self.before.next_statement(end.end() if end else each.stop)].append(each)
        return found

    def _edits(self, place: int, have: Sequence[Marker], here: Sequence[Leftover]) -> Iterator[Edit]:
        """What brings the comments at one place up to date; nothing where they are."""
        there = self._there(place)
        want = self._wanted(have, here) if there is not None else []
        lines = [span for span in map(self._line, have) if span]
        displaced = any(self.after.next_statement(stop) != there for _, stop in lines)
        if [each.text for each in have] == want and not (want and displaced):
            return
        yield from (Edit(start, stop, "", "mark") for start, stop in lines)
        if there is not None and want:
            text, indent = self.plan.result, self.after.indent(there)
            end = LINE_END.search(text, there)
            newline = end[0] if end else newline_of(text)
            yield Edit(there, there, "".join(f"{indent}{each}{newline}" for each in want), "mark")

    def _wanted(self, have: Sequence[Marker], here: Sequence[Leftover]) -> list[str]:
        if not self.write_comments:
            rules = {leftover.rule for leftover in here} | LASTING
            return [each.text for each in have if each.rule in rules]
        direct = [each for each in here if not each.why.startswith("left together with")]
        lasting = [each.text for each in have if each.rule in LASTING]
        texts = [self._encodable(comment(each)) for each in direct or here]
        return list(dict.fromkeys([*texts, *lasting]))

    def _encodable(self, text: str) -> str:
        return text.encode(self.plan.codec, "backslashreplace").decode(self.plan.codec)

    def _there(self, place: int) -> Optional[int]:
        """A place of the old file in the new one."""
        at = self._moved(self.before.code(place))
        return None if at is None else self.after.above(self.after.source.line_of(self.after.next_statement(at)))

    def _moved(self, offset: int) -> Optional[int]:
        """An offset of the old file in the new one, which begins without the blank lines that imports leave."""
        at = moved(self.edits, offset)
        lost = 0 if self.notebook else len(splice(self.plan.source, self.edits)) - len(self.plan.result)
        return None if at is None else max(0, at - lost)

    def _line(self, marker: Marker) -> Optional[tuple[int, int]]:
        """A comment's line in the new file, line end included."""
        start = self._moved(marker.start)
        text = self.plan.result
        if start is None or text[start : start + marker.stop - marker.start].strip() != marker.text:
            return None
        stop = start + marker.stop - marker.start
        end = LINE_END.match(text, stop)
        return start, end.end() if end else stop

    def _written(self, edits: Sequence[Edit]) -> FilePlan:
        """The plan with these edits of its result; raises ValueError where they would change the program."""
        old = self.after.source
        if self.notebook:
            text = write(self.notebook, edits)
            new = read(text)
            program, cells = new.program, (self.plan.source, new.source)
        else:
            text = program = splice(old.text, edits)
            cells = None
        if ast.dump(ast.parse(program)) != ast.dump(old.tree) or not _round_trips(text, self.plan.codec):
            raise ValueError("a comment would change the program")
        return replace(self.plan, after=text, cells=cells)


def _without(plan: FilePlan, lost: Sequence[Leftover]) -> FilePlan:
    """The plan whose leftovers say which of them have no comment."""
    said = (replace(each, why=f"{each.why}; {NOT_MARKED}") if each in lost else each for each in plan.leftovers)
    return replace(plan, leftovers=tuple(said))


def _round_trips(text: str, codec: str) -> bool:
    """Whether Python reads the bytes as this text: a comment in the first two lines can name a coding."""
    try:
        return decode(text.encode(codec)).text == text
    except (Undecodable, UnicodeError):
        return False
