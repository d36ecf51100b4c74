"""Completion in the shell, by argcomplete where it is installed: `pip install 'fair-esm-codemod[completion]'`."""

from __future__ import annotations

import argparse
from typing import Any

from codemod.errors import UnusableInput
from codemod.explain import rule_names

SHELLS = ("bash", "zsh", "fish")
#: The console script of pyproject.toml.
PROGRAM = "fair-esm-codemod"
#: Options that take the name of a rule.
_RULES = ("explain", "only")


def script(shell: str) -> str:
    """What a shell evaluates to complete this program. Raises UnusableInput where argcomplete is missing."""
    return str(_argcomplete().shellcode([PROGRAM], shell=shell))


def complete(parser: argparse.ArgumentParser) -> None:
    """Answer a shell that asks what could come next, and exit; an ordinary run returns."""
    argcomplete = _argcomplete()
    for action in parser._actions:
        if action.dest in _RULES:
            action.completer = argcomplete.completers.ChoicesCompleter(rule_names())  # type: ignore[attr-defined]
    argcomplete.autocomplete(parser, default_completer=argcomplete.completers.FilesCompleter())


def _argcomplete() -> Any:
    try:
        import argcomplete
    except ImportError:
        raise UnusableInput("completion needs argcomplete: pip install 'fair-esm-codemod[completion]'") from None
    return argcomplete
