"""The answer for people: what ran on what, one row for each artefact, then what differs and by how much."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from validation.equivalence.answers import Answer, Question
from validation.equivalence.artefacts import Artefact
from validation.equivalence.numbers import BOUND
from validation.equivalence.refusals import advice
from validation.equivalence.twins import size_of

_SHOWN = 25


def announce(console: Console, question: Question) -> None:
    """Say whose code is about to run, before it does."""
    say = _speaker(console)
    say(f"[bold]Running your command twice[/], in copies of {escape(str(question.repository))}, because you asked for "
        f"it:\n  {escape(question.command)}")  # fmt: skip
    say("It runs with your rights and without network. Nothing is written into the repository; the copies are removed "
        "afterwards.")  # fmt: skip
    for name, interpreter in (("before", question.before), ("after", question.after)):
        say(f"  {name}: {escape(interpreter.executable)} ({escape(str(interpreter))})")


def answer(console: Console, question: Question, found: Answer) -> None:
    """The tables and, last, the verdict."""
    say = _speaker(console)
    say(f"\ncodemod --to {question.to}: {escape(str(found.migrated))}")
    if found.migrated.left:
        say("What is left still needs fair-esm: the migrated program ran with it at hand.")
    say(f"Weights: [bold]random[/], the same on both sides, fixed seed; {_twins(question, found)}")
    say(f"Bound: {BOUND:g} for float32, relative to the size of what is larger than 1; wider for float16 and bfloat16")
    if found.after.status:
        say(f"\n[red]The migrated program fails[/] (exit status {found.after.status}), the original works. The end of "
            f"what it said:\n{escape(found.after.last_lines)}")  # fmt: skip
        say(escape("".join(advice(found.after, question.width))))
    else:
        console.print(_artefacts(found))
        _differences(console, found)
    say(_verdict(found))


def document(question: Question, found: Answer) -> dict[str, Any]:
    """The same as plain values, version 1."""
    return {
        "version": 1,
        "same": found.same,
        "command": question.command,
        "to": question.to,
        "weights": "random",
        "bound": BOUND,
        "checkpoints": {name: size_of(name, question.width).width for name in found.checkpoints},
        "versions": {"before": dict(question.before.versions), "after": dict(question.after.versions)},
        "seconds": {"before": found.before.seconds, "after": found.after.seconds},
        "uses": {"rewritten": found.migrated.rewritten, "left": found.migrated.left},
        "failed": found.after.last_lines if found.after.status else None,
        "artefacts": [
            {"name": each.name, "kind": each.kind, "floats": each.found.floats, "values": each.found.values,
             "tensors": each.found.tensors, "identical": each.found.identical, "largest": _finite(each.found.largest)}
            for each in found.artefacts
        ],
        "differences": [
            {"where": each.where, "before": each.before, "after": each.after, "off": _finite(each.off),
             "bound": each.bound}
            for each in found.differences
        ],
        "unsteady": list(found.unsteady),
    }  # fmt: skip


def _speaker(console: Console) -> Callable[[str], None]:
    """Lines as they are: paths and commands are copied from them."""
    return partial(console.print, highlight=False, soft_wrap=True)


def _finite(number: float | None) -> float | None:
    return number if number is not None and abs(number) < float("inf") else None


def _twins(question: Question, found: Answer) -> str:
    sizes = {size_of(name, question.width).width for name in found.checkpoints}
    return f"{', '.join(found.checkpoints)}; true depth, {', '.join(map(str, sorted(sizes)))} features wide"


def _artefacts(found: Answer) -> Table:
    table = Table(box=None, pad_edge=False)
    for head in ("artefact", "kind", "floats", "other values", "largest difference", ""):
        table.add_column(head, overflow="fold", justify="right" if head in _NUMBERS else "left")
    for each in found.artefacts:
        table.add_row(*_row(each, found))
    return table


_NUMBERS = ("floats", "other values", "largest difference")


def _row(each: Artefact, found: Answer) -> tuple[str, ...]:
    counts = each.found
    wrong = [one for one in each.differences if one.where not in found.unsteady]
    words = "[red]differs[/]" if wrong else "varies by itself" if each.differences else "[green]same[/]"
    return (escape(each.name), each.kind, f"{counts.floats:,}", f"{counts.values:,}", f"{counts.largest:.2g}", words)


def _differences(console: Console, found: Answer) -> None:
    if not found.differences:
        return
    table = Table(title=_counted(len(found.differences)), title_justify="left", box=None, pad_edge=False)
    for head in ("where", "before", "after", "off by", "bound"):
        table.add_column(head, overflow="fold")
    for each in found.differences[:_SHOWN]:
        off = ("", "") if each.off is None or each.bound is None else (f"{each.off:.3g}", f"{each.bound:.2g}")
        table.add_row(escape(each.where), escape(each.before), escape(each.after), *off)
    console.print()
    console.print(table)
    if len(found.differences) > _SHOWN:
        console.print(f"and {len(found.differences) - _SHOWN} more; --json has all of them")


def _counted(places: int) -> str:
    return "1 place differs" if places == 1 else f"{places} places differ"


def _verdict(found: Answer) -> str:
    times = f"before {found.before.seconds:.1f} s, after {found.after.seconds:.1f} s"
    notes = ["left out, because they differ between two runs of the original too: "
             f"{escape(', '.join(found.unsteady[:3]))}"] if found.unsteady else []  # fmt: skip
    if found.same and not found.floats:
        notes.append("no float was compared: labels and whole numbers only, which says less")
    if found.same and not found.before.noted("checkpoint"):
        notes.append("no twin was loaded from its place: the program found its weights elsewhere, or needs none")
    word = "[green]The same[/]" if found.same else "[red]Not the same[/]"
    compared = f"{len(found.artefacts)} artefacts, {found.floats:,} floats, largest difference {found.largest:.2g}"
    return "\n".join((*(f"Note: {note}" for note in notes), f"{word}: {compared} ({times})"))
