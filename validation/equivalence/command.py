"""`python -m validation equivalence REPOSITORY --run COMMAND`: arguments in, exit code out."""

from __future__ import annotations

import argparse
import importlib.util
import json
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from validation.equivalence.answers import Question

LIBRARIES = ("torch", "transformers", "safetensors", "numpy", "rich")
SAME, DIFFERENT, NO_ANSWER = 0, 1, 2
#: Columns of output that goes to a file or another program.
PIPED = 140
_DESCRIPTION = """\
Does a program give the same answer before and after its migration? Copies REPOSITORY as it was and as codemod
migrates it, puts the same random weights where fair-esm and transformers look for their checkpoints, runs COMMAND in
both copies (by your shell, in the copy's root, without network), and compares the files it wrote there and what it
printed. Exit code 0: the same within the bound; 1: not the same, or the migrated program fails; 2: nothing could be
compared."""


def main(words: Sequence[str]) -> int:
    arguments = _parser().parse_args(words)
    missing = [name for name in LIBRARIES if importlib.util.find_spec(name) is None]
    if missing:
        return _no_answer(f"not installed: {', '.join(missing)}; `pip install 'fair-esm-codemod[validation]'`")
    from validation.records import CannotAnswer

    try:
        with _stoppable():
            return _answer(arguments)
    except CannotAnswer as error:
        return _no_answer(str(error))
    except KeyboardInterrupt:
        return _no_answer("stopped; what was running is ended and the copies are removed")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m validation equivalence", description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    add = parser.add_argument
    add("repository", type=_folder, metavar="REPOSITORY", help="the repository before its migration; only read")
    add("--run", required=True, type=_command, metavar="COMMAND",
        help="a shell command that writes below the repository; `python` in it is the interpreter of each side")
    add("--before-python", metavar="EXE", help="an interpreter that still has fair-esm (default: this one)")
    add("--width", type=_width, default=64, metavar="N|true",
        help="features of the twins (default 64; true: the published width, for programs that have it written in)")
    add("--to", choices=("hf",), default="hf", help="the target that keeps the numbers; fastesm2 has other weights")
    add("--json", metavar="FILE|-", help="everything compared, as JSON; - is standard output")
    return parser


def _answer(arguments: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.markup import escape

    from validation.equivalence import report
    from validation.equivalence.proof import prove

    console = Console(stderr=arguments.json == "-")
    if not console.is_terminal:
        console.width = PIPED
    question = _question(arguments)
    report.announce(console, question)
    with console.status("") as status:
        found = prove(question, lambda text: status.update(escape(text)))
    report.answer(console, question, found)
    _write(arguments.json, json.dumps(report.document(question, found), indent=1, allow_nan=False) + "\n")
    return SAME if found.same else DIFFERENT


def _question(arguments: argparse.Namespace) -> Question:
    from validation.equivalence.answers import Question
    from validation.equivalence.machine import asked
    from validation.records import CannotAnswer

    before = asked(arguments.before_python or sys.executable)
    if not before.has_fair_esm:
        advice = "name one that has it with --before-python EXE" if not arguments.before_python else "install it there"
        raise CannotAnswer(f"{before.executable} has no fair-esm, which the original program needs: {advice}")
    return Question(
        arguments.repository, arguments.run, before, asked(sys.executable), arguments.width, arguments.to
    )


@contextmanager
def _stoppable() -> Iterator[None]:
    """A polite kill cleans up as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _write(place: Optional[str], text: str) -> None:
    if place == "-":
        sys.stdout.write(text)
    elif place:
        Path(place).write_text(text, encoding="utf-8")


def _no_answer(why: str) -> int:
    print(f"equivalence: {why}", file=sys.stderr)
    return NO_ANSWER


def _folder(word: str) -> Path:
    if not Path(word).is_dir():
        raise argparse.ArgumentTypeError(f"no folder {word}")
    return Path(word)


def _command(word: str) -> str:
    if not word.strip():
        raise argparse.ArgumentTypeError("an empty command")
    return word


def _width(word: str) -> Optional[int]:
    if word == "true":
        return None
    if not word.isdigit() or int(word) < 2 or int(word) % 2:
        raise argparse.ArgumentTypeError(f"{word} is neither an even number of features nor `true`")
    return int(word)
