"""One run from parsed arguments to exit code: checks, tables, JSON, plot."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from validation import check, document, plot, report
from validation.cli import ALL_PASSED, NO_ANSWER, SOMETHING_FAILED
from validation.lab import Lab, Settings
from validation.records import FAILED, Outcome

#: Columns of output that goes to a file or another program.
PIPED = 150


def run(arguments: argparse.Namespace) -> int:
    """Run the chosen checks; the result is the exit code."""
    console = Console(stderr=arguments.json == "-")
    if not console.is_terminal:
        console.width = PIPED
    try:
        checks = check.chosen(check.registered(), arguments.only)
    except ValueError as error:
        print(error, file=sys.stderr)
        return NO_ANSWER
    if arguments.list:
        return _list(console, checks)
    with console.status("") as status:
        told = Told() if not console.is_terminal else lambda text: status.update(escape(text))
        lab = Lab(settings(arguments), told)
        try:
            outcomes = _run(console, checks, lab, arguments.keep_going)
        finally:
            lab.close()
    _write(console, arguments, lab, outcomes)
    if len(outcomes) < len(checks):
        console.print("\nStopped at the first failure; --keep-going runs the other checks too.")
    last = report.last_line(outcomes, lab.environment, lab.weights_are, lab.rows, lab.left_out)
    console.print(f"\n{escape(last)}", soft_wrap=True)
    return exit_code(outcomes)


class Told:
    """What takes time, for a log: a line on standard error as each thing starts, and every half minute of one."""

    def __init__(self, seconds: float = 30.0) -> None:
        self.seconds, self.last, self.when = seconds, "", 0.0

    def __call__(self, text: str) -> None:
        what, now = text.split(":")[0], time.monotonic()
        if what != self.last or now - self.when >= self.seconds:
            self.last, self.when = what, now
            print(f"... {text}", file=sys.stderr, flush=True)


def settings(arguments: argparse.Namespace) -> Settings:
    """The arguments as the checks see them; what was not asked for keeps its default."""
    given = {
        "repository": arguments.repository, "model": arguments.model, "revision": arguments.revision,
        "device": arguments.device, "synthetic": arguments.synthetic, "remote_code": not arguments.no_remote_code,
        "trust_new_code": arguments.trust_new_code, "min_speedup": arguments.min_speedup,
        "lengths": arguments.lengths, "seconds": arguments.seconds,
    }
    return Settings(**{name: value for name, value in given.items() if value is not None})


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """A plain no counts more than a question that could not be answered."""
    failed = [one for one in outcomes if one.status == FAILED]
    if not failed:
        return ALL_PASSED
    return NO_ANSWER if all(one.cannot_answer for one in failed) else SOMETHING_FAILED


def _run(console: Console, checks: Iterable[check.Check], lab: Lab, keep_going: bool) -> list[Outcome]:
    report.header(console, lab.environment, lab.weights_are)
    outcomes = []
    for outcome in check.run(checks, lab, keep_going):
        report.outcome(console, outcome)
        if lab.rows and outcome.name == "ENV-05":
            report.benchmark(console, lab.rows, lab.left_out, lab.environment, lab.weights_are)
        outcomes.append(outcome)
    return outcomes


def _list(console: Console, checks: Iterable[check.Check]) -> int:
    for one in checks:
        needs = f" (needs {', '.join(one.needs)})" if one.needs else ""
        console.print(f"[bold]{one.name}[/]{needs}\n{escape(one.document)}\n")
    return ALL_PASSED


def _write(console: Console, arguments: argparse.Namespace, lab: Lab, outcomes: list[Outcome]) -> None:
    if arguments.json:
        text = json.dumps(document.of(outcomes, lab), indent=1, allow_nan=False) + "\n"
        if arguments.json == "-":
            sys.stdout.write(text)
        else:
            Path(arguments.json).write_text(text, encoding="utf-8")
    if arguments.plot and lab.rows:
        plot.save(lab.rows, lab.environment, lab.weights_are, arguments.plot)
    elif arguments.plot:
        console.print(f"\nNo plot: nothing was timed, {arguments.plot} is not written.")
