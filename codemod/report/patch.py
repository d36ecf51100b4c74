"""A migration as one patch that `git apply` turns into exactly the bytes that `--apply` would write."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from difflib import unified_diff

from codemod.records import FilePlan, Migration

#: git's names for the bytes of a path that it quotes; the rest of the unprintable ones are octal (quote.c).
ESCAPES = {
    **{byte: f"\\{byte:03o}" for byte in (*range(0x20), *range(0x7F, 0x100))},
    **{ord(char): "\\" + name for char, name in zip('\a\b\t\n\v\f\r"\\', 'abtnvfr"\\')},
}
NO_NEWLINE = "\n\\ No newline at end of file\n"


def patch(migration: Migration) -> bytes:
    """A unified diff of every changed file, in the bytes of each file; empty where none changes.

    A notebook's diff is of its JSON here, because that is what is in the file.
    """
    return b"".join(_file(plan) for plan in migration.changed)


def _file(plan: FilePlan) -> bytes:
    before, after = (text.encode(plan.codec).decode("latin-1") for text in (plan.before, plan.after or ""))
    diff = list(unified_diff(_lines(before), _lines(after)))[2:]
    return (_header(plan.path) + "".join(_ended(diff))).encode("latin-1")


def _header(path: str) -> str:
    old, new = _quoted("a/" + path), _quoted("b/" + path)
    # after a bare name with a space, a tab tells git where the name ends
    tab = "\t" if " " in path and not old.startswith('"') else ""
    return f"diff --git {old} {new}\n--- {old}{tab}\n+++ {new}{tab}\n"


def _quoted(path: str) -> str:
    """A path as git writes it under `core.quotePath`: C style where a byte is not plain ASCII."""
    raw = os.fsencode(path).decode("latin-1")
    quoted = raw.translate(ESCAPES)
    return raw if quoted == raw else f'"{quoted}"'


def _lines(text: str) -> list[str]:
    """Lines as git counts them: only a line feed ends one."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _ended(diff: list[str]) -> Iterator[str]:
    for line in diff:
        yield line if line.endswith("\n") else line + NO_NEWLINE
