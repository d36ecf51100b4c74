"""What a person sees: one table per check as it ends, the verdict, and a last line to paste into an issue."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from validation.bench import PAIRS, LeftOut, Row
from validation.environment import Environment
from validation.peaks import peak
from validation.records import FAILED, PASSED, SKIPPED, Measured, Outcome, shown
from validation.timing import noisy

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


def benchmark(
    console: Console, rows: Sequence[Row], left_out: Sequence[LeftOut], machine: Environment, weights: str
) -> None:
    """Every pair on every workload: speed-up with its interval, what each side reaches, and how far they agree."""
    console.print(f"[bold]Speed-up of the model's SDPA path[/] on {escape(machine.device_name)}; {escape(weights)}")
    table = Table(box=SIMPLE, pad_edge=False)
    for column in COLUMNS:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(escape, _cells(row, machine)))
    console.print(table)
    for pair, what in PAIRS.items():
        if any(row.pair == pair for row in rows):
            single = "; the model in float32 too, on a CPU" if pair == "c" and rows[0].dtype == "float32" else ""
            console.print(f"  ({pair}) against {escape(what)}{single}", highlight=False)
    kernels = sorted({f"{row.kernel} with a mask, {row.kernel_unmasked} without" for row in rows})
    console.print(escape(f"  SDPA kernel: {'; '.join(kernels)}"), highlight=False)
    console.print("  L2 error: the other program's and the model's distance from our float32 reference")
    if any(_noisy(row) for row in rows):
        console.print("  noisy: samples spread by more than a tenth of their median")
    for item in left_out:
        console.print(escape(f"  left out: {item}"), highlight=False)
    if not peak(machine.device_name, rows[0].dtype):
        console.print("  the device's peak in this precision is not in the table: no share of it is given")


def last_line(
    outcomes: Sequence[Outcome], machine: Environment, weights: str,
    rows: Sequence[Row] = (), left_out: Sequence[LeftOut] = (),
) -> str:
    """Everything that an issue needs, in one line."""
    same = (f"{row.workload} {row.speedup:.2f} {row.verdict}" for row in rows if row.pair == "a")
    parts = [
        " ".join(f"{one.name}:{one.status}" for one in outcomes), "speed-up (a): " + ", ".join(same),
        "left out: " + ", ".join(str(item).split(":")[0] for item in left_out),
        machine.device_name, machine.system, versions_line(machine), weights, machine.date,
    ]
    return " | ".join(part for part in parts if not part.endswith(": "))


def versions_line(machine: Environment) -> str:
    cuda = f", toolkit {machine.toolkit}, driver {machine.driver}" if machine.device == "cuda" else ""
    names = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    return f"Python {machine.python}, {names}{cuda}"


COLUMNS = ("workload", "pair", "speed-up [95 %]", "verdict", "tokens/s", "TFLOP/s", "peak GB", "L2 error")


def _cells(row: Row, machine: Environment) -> tuple[str, ...]:
    low, high = row.interval
    most = peak(machine.device_name, row.dtype)
    memory = (row.baseline.peak_bytes, row.model.peak_bytes)
    wide = ", noisy" if _noisy(row) else ""
    share = f" ({row.model.tflops / most:.0%} of peak)" if most else ""
    return (
        row.workload, row.pair, f"{row.speedup:.2f} [{low:.2f}, {high:.2f}]{wide}", row.verdict,
        f"{row.baseline.tokens_per_second:,.0f} -> {row.model.tokens_per_second:,.0f}",
        f"{row.model.tflops:.3g}{share}",
        " -> ".join(f"{size / 1e9:.2f}" for size in memory if size is not None) or "-",
        f"{row.agreed.relative_l2:.1g}, {row.own.relative_l2:.1g}{'' if row.right else ', WRONG'}",
    )


def _noisy(row: Row) -> bool:
    return noisy(row.baseline) or noisy(row.model)


def _table(measured: Sequence[Measured]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    table.add_column(style="dim", overflow="fold")
    for item in measured:
        mark = "" if item.holds else "[red]"
        value = f"{shown(item.value)}{' ' + item.unit if item.unit else ''}"
        bound = f"must be {item.bound}" if item.bound else ""
        table.add_row(f"  {escape(item.what)}", mark + escape(value), escape(bound))
    return table
