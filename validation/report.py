"""What a person sees: one table per check as it ends, the verdict, and a last line to paste into an issue."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from validation.environment import Environment
from validation.records import FAILED, PASSED, SKIPPED, Measured, Outcome, shown

COLOUR = {PASSED: "green", FAILED: "red", SKIPPED: "yellow"}


def header(console: Console, machine: Environment, weights: str) -> None:
    """The machine first: a number without its machine is a rumour."""
    console.print(f"[bold]Validation[/] on {escape(machine.device_name)}, {escape(machine.system)}, {machine.date}")
    console.print(escape(versions_line(machine)))
    console.print(escape(f"Weights: {weights}"))


def outcome(console: Console, one: Outcome) -> None:
    """The answer, its measurements, its warnings, and on failure what to do."""
    colour = COLOUR[one.status]
    title = f"[bold]{one.name}[/]  {escape(one.title)}  [dim]{one.seconds:.1f} s[/]"
    console.print(f"\n[bold {colour}]{one.status}[/]  {title}")
    if one.measured:
        console.print(_table(one.measured))
    for warning in one.warnings:
        console.print(f"[yellow]warning[/]  {escape(warning)}")
    if one.why:
        console.print(f"[{colour}]{escape(one.why)}[/]")


def last_line(outcomes: Sequence[Outcome], machine: Environment, weights: str) -> str:
    """Everything that an issue needs, in one line."""
    answers = " ".join(f"{one.name}:{one.status}" for one in outcomes)
    return f"{answers} | {machine.device_name} | {versions_line(machine)} | {weights}"


def versions_line(machine: Environment) -> str:
    cuda = f", toolkit {machine.toolkit}, driver {machine.driver}" if machine.device == "cuda" else ""
    names = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    return f"Python {machine.python}, {names}{cuda}"


def _table(measured: Sequence[Measured]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    table.add_column(style="dim", overflow="fold")
    for item in measured:
        mark = "" if item.holds else "[red]"
        value = f"{shown(item.value)}{' ' + item.unit if item.unit else ''}"
        table.add_row(f"  {escape(item.what)}", mark + escape(value), escape(item.bound))
    return table
