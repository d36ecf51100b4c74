"""Settings of the target repository: `[tool.codemod]` in its pyproject.toml; arguments win."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from codemod.errors import UnusableInput
from codemod.explain import rule_names

_KNOWN = {"to": str, "exclude": list, "only": list}


def configured(options: argparse.Namespace) -> argparse.Namespace:
    """The options with what the repository's pyproject.toml says where the command line says nothing.

    Raises UnusableInput for a table that cannot be meant.
    """
    file = (options.paths[0] if options.paths else Path()) / "pyproject.toml"
    table = _table(file) if file.is_file() else {}
    for name, value in table.items():
        words = all(isinstance(each, str) for each in value) if isinstance(value, list) else True
        if not isinstance(value, _KNOWN.get(name, ())) or not words:
            raise UnusableInput(f"{file}: [tool.codemod] {name} = {value!r} is not a setting; known: to, exclude, only")
        if not getattr(options, name):
            setattr(options, name, value)
    unknown = sorted(set(options.only) - set(rule_names()))
    if unknown:
        raise UnusableInput(f"there is no rule {unknown[0]!r}; the rules are {', '.join(rule_names())}")
    options.to = options.to or "fastesm2"
    if options.to not in ("fastesm2", "hf", "stub"):
        raise UnusableInput(f"{file}: [tool.codemod] to = {options.to!r} is not one of fastesm2, hf, stub")
    return options


def _table(file: Path) -> dict[str, object]:
    if sys.version_info >= (3, 11):
        import tomllib  # 5 ms that only a repository with such a file needs to spend
    else:
        import tomli as tomllib

    try:
        text = file.read_text(encoding="utf-8")
        tools = tomllib.loads(text).get("tool", {})
    except tomllib.TOMLDecodeError as error:
        if "tool.codemod" in text:
            raise UnusableInput(f"{file} has settings for this tool and cannot be read: {error}; mend it") from error
        return {}  # its owner hears of it from the tools that need the file
    except (UnicodeDecodeError, OSError):
        return {}
    table = tools.get("codemod", {}) if isinstance(tools, dict) else {}
    return dict(table) if isinstance(table, dict) else {}
