"""Checks: one decorated generator in one file of `validation/checks/`; being there registers it.

A check gets the Lab and yields `Measured` values. It names the checks it needs; where one of those did not pass,
it is skipped, so that one cause gives one failure. A need that was skipped because it does not apply does not count
against it.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable

from validation import checks as folder
from validation.records import FAILED, PASSED, SKIPPED, CannotAnswer, Failed, Measured, Outcome, Skipped

if TYPE_CHECKING:
    from validation.lab import Lab

Measuring = Callable[["Lab"], Iterator[Measured]]


@dataclass(frozen=True)
class Check:
    """A sentence (the docstring) and a function that measures whether it holds."""

    name: str
    needs: tuple[str, ...]
    measure: Measuring

    @property
    def document(self) -> str:
        return inspect.getdoc(self.measure) or ""

    @property
    def title(self) -> str:
        return self.document.split("\n", 1)[0]


def check(needs: tuple[str, ...] = ()) -> Callable[[Measuring], Check]:
    """Make a check of a generator; its name comes from its file: `env_04b_loads` is ENV-04b."""

    def decorate(measure: Measuring) -> Check:
        return Check(_name(measure.__module__), needs, measure)

    return decorate


def registered() -> tuple[Check, ...]:
    """Every check of the folder, needs first, then by name."""
    modules = (importlib.import_module(f"{folder.__name__}.{item.name}") for item in _files())
    found = {value.name: value for module in modules for value in vars(module).values() if isinstance(value, Check)}
    return in_order(found.values())


def in_order(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Needs before those who need them, otherwise by name; raises ValueError on a circle or an unknown need."""
    waiting = {one.name: one for one in sorted(checks, key=lambda one: one.name)}
    known, done = set(waiting), []
    while waiting:
        ready = [one for one in waiting.values() if not set(one.needs) & set(waiting)]
        if not ready or any(set(one.needs) - known for one in ready):
            raise ValueError(f"checks that wait for each other or for an unknown one: {', '.join(waiting)}")
        done.append(waiting.pop(ready[0].name))
    return tuple(done)


def chosen(checks: Iterable[Check], only: Iterable[str]) -> tuple[Check, ...]:
    """The checks of these names (all of them without a name) and everything they need, in order.

    `ENV-04` means ENV-04a, ENV-04b and ENV-04c. Raises ValueError on a name that no check has.
    """
    by_name = {one.name: one for one in checks}
    asked = [name.upper() for name in only]
    unknown = [name for name in asked if not any(_called(known, name) for known in by_name)]
    if unknown:
        raise ValueError(f"no check is called {', '.join(unknown)}; there are {', '.join(by_name)}")
    wanted = {known for known in by_name if not asked or any(_called(known, name) for name in asked)}
    while True:
        grown = wanted.union(*(by_name[name].needs for name in wanted))
        if grown == wanted:
            return in_order(by_name[name] for name in wanted)
        wanted = grown


def run(checks: Iterable[Check], lab: Lab, keep_going: bool = False) -> Iterator[Outcome]:
    """The outcomes as they come; ends after the first failure unless told to keep going."""
    bad: set[str] = set()
    for one in checks:
        blocking = [name for name in one.needs if name in bad]
        outcome = _blocked(one, blocking) if blocking else outcome_of(one, lab)
        if blocking or outcome.status == FAILED:
            bad.add(one.name)
        yield outcome
        if outcome.status == FAILED and not keep_going:
            return


def outcome_of(one: Check, lab: Lab) -> Outcome:
    """Run one check; what it measured before it failed is kept."""
    measured: list[Measured] = []
    start = time.perf_counter()
    cannot = False
    try:
        for value in one.measure(lab):
            measured.append(value)
        status, why = _judge(measured)
    except Skipped as reason:
        status, why = SKIPPED, str(reason)
    except Failed as reason:
        status, why = FAILED, str(reason)
    except CannotAnswer as reason:
        status, why, cannot = FAILED, f"cannot answer: {reason}", True
    except Exception as error:  # the one broad except: a library that raises has answered, its words are the reason
        status, why = FAILED, f"{type(error).__name__}: {error}"
    return Outcome(one.name, one.title, status, why, tuple(measured), time.perf_counter() - start, cannot)


def _judge(measured: list[Measured]) -> tuple[str, str]:
    if not any(item.judged for item in measured):
        return FAILED, "nothing was measured"
    wrong = [item for item in measured if not item.holds]
    if not wrong:
        return PASSED, ""
    more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
    advice = f": {wrong[0].advice}" if wrong[0].advice else ""
    return FAILED, f"{wrong[0]}{advice}{more}"


def _blocked(one: Check, needs: list[str]) -> Outcome:
    return Outcome(one.name, one.title, SKIPPED, f"needs {', '.join(needs)}, which did not pass")


def _files() -> list[pkgutil.ModuleInfo]:
    return [item for item in pkgutil.iter_modules(folder.__path__) if item.name.startswith("env_")]


def _name(module: str) -> str:
    found = re.search(r"env_(\d+)([a-z]?)_", module.rsplit(".", 1)[-1])
    return f"ENV-{found[1]}{found[2]}" if found else module


def _called(known: str, asked: str) -> bool:
    return known.upper() == asked or known.upper().rstrip("ABCDEFG") == asked
