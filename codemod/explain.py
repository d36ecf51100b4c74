"""The rules' docstrings as documentation: `--list` and `--explain RULE`."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Optional

from codemod.errors import UnusableInput
from codemod.labels import label_page

_FOLDER = Path(__file__).with_name("rules")


def explain(rule: Optional[str]) -> str:
    """One rule's page, or a line for each rule; also what a label of the report means that is no rule.

    Raises UnusableInput for a name that is neither.
    """
    names = rule_names()
    if rule is None:
        width = max(map(len, names))
        return "\n".join(f"{name:{width}}  {page(name).splitlines()[0]}" for name in names)
    found = page(rule) if rule in names else label_page(rule)
    if found is None:
        raise UnusableInput(f"there is no rule {rule!r}; the rules are {', '.join(names)}")
    return found


def rule_names() -> list[str]:
    return sorted(file.stem for file in _FOLDER.glob("[!_]*.py"))


def page(rule: str) -> str:
    """A rule's docstring."""
    return (importlib.import_module(f"codemod.rules.{rule}").__doc__ or "").strip()
