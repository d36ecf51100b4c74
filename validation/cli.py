"""The command line: `python -m validation [REPOSITORY]`, and room for sub-commands."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Callable

#: What the checks import; without them no question can be asked.
LIBRARIES = ("torch", "transformers", "einops", "safetensors", "packaging", "rich", "huggingface_hub")


def _equivalence(words: Sequence[str]) -> int:
    from validation.equivalence.command import main

    return main(words)


#: Sub-commands by their first word; each takes the words after it and returns an exit code.
COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {"equivalence": _equivalence}
ALL_PASSED, SOMETHING_FAILED, NO_ANSWER = 0, 1, 2


def main(words: Sequence[str] | None = None) -> int:
    """Exit code 0: every check passed; 1: one failed; 2: bad arguments, or this machine cannot answer."""
    words = sys.argv[1:] if words is None else words
    if words and words[0] in COMMANDS:
        return COMMANDS[words[0]](words[1:])
    parser = _parser()
    arguments = parser.parse_args(words)
    if arguments.synthetic and (arguments.model or arguments.revision):
        parser.error("--synthetic makes its own checkpoint: leave out --model and --revision")
    if arguments.revision and arguments.model and Path(arguments.model).is_dir():
        parser.error(f"{arguments.model} is a local folder and has no --revision")
    wanted = (*LIBRARIES, "matplotlib") if arguments.plot else LIBRARIES
    missing = [name for name in wanted if importlib.util.find_spec(name) is None]
    if missing:
        print(f"not installed: {', '.join(missing)}; run `pixi run validate`, or "
              "`pip install 'fair-esm-codemod[validation]'`", file=sys.stderr)
        return NO_ANSWER
    from validation import session  # torch is imported here, after the arguments proved right

    try:
        return session.run(arguments)
    except KeyboardInterrupt:
        print("interrupted: no answer", file=sys.stderr)
        return NO_ANSWER


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m validation",
        description="Is this environment right, does FastESM2_650 compute what its weights mean, is SDPA faster here?",
    )
    add = parser.add_argument
    add("repository", nargs="?", type=_folder, help="also ask whether this repository still uses fair-esm")
    add("--model", metavar="ID|DIR", help="hub repository or local folder (default Synthyra/FastESM2_650)")
    add("--revision", metavar="SHA", help="revision of the hub repository (default: the one that was tried)")
    add("--device", choices=("auto", "cuda", "cpu"), default="auto", help="auto is cuda: ENV-01 asks for it")
    add("--synthetic", choices=("tiny", "full"), help="random weights of a tiny or the true shape, without the hub")
    add("--no-remote-code", action="store_true", help="the same weights through transformers' own EsmModel")
    add("--trust-new-code", action="store_true", help="accept remote code that differs from what was trusted earlier")
    add("--min-speedup", type=float, metavar="X", help="what ENV-05 must reach at 500 tokens or more (default 1.3)")
    add("--lengths", type=_lengths, metavar="N,N,...", help="tokens per sequence in the benchmark")
    add("--seconds", type=float, metavar="S", help="time budget of the benchmark for each length")
    add("--only", action="append", default=[], metavar="CHECK", help="this check and what it needs (repeatable)")
    add("--json", metavar="FILE|-", type=_target, help="everything measured, as JSON; - is standard output")
    add("--plot", type=_picture, metavar="FILE", help="speed-up and memory against length, png or svg")
    add("--keep-going", action="store_true", help="do not stop at the first failure")
    add("--list", action="store_true", help="the checks and what they ask")
    return parser


def _folder(word: str) -> Path:
    if not Path(word).is_dir():
        raise argparse.ArgumentTypeError(f"no folder {word}")
    return Path(word)


def _target(word: str) -> str:
    """A place that can be written to, known before the run and not after it."""
    if word != "-" and not Path(word).resolve().parent.is_dir():
        raise argparse.ArgumentTypeError(f"no folder {Path(word).parent}")
    return word


def _picture(word: str) -> Path:
    if not word.endswith((".png", ".svg")):
        raise argparse.ArgumentTypeError(f"{word} ends neither in .png nor in .svg")
    return Path(_target(word))


def _lengths(word: str) -> tuple[int, ...]:
    found = tuple(int(part) for part in word.split(","))
    if min(found) < 3:
        raise argparse.ArgumentTypeError("a sequence has at least 3 tokens")
    return found
