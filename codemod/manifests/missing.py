"""Environments that hold torch, in a repository where nothing brings transformers: fair-esm came there by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from codemod.manifests.entry import FAIR_WORD, Section
from codemod.manifests.needs import Needs
from codemod.manifests.registry import sections_of
from codemod.records import Leftover, line_number

RULE = "undeclared"
_TORCH, _NEEDED = "torch", "transformers"


def missing(texts: Mapping[str, str], needs: Needs) -> Iterator[Leftover]:
    """Where `transformers` is to be declared, for each dependency file; none where one of them says anything of it."""
    if any(_NEEDED in text.lower() or FAIR_WORD.search(text) for text in texts.values()):
        return
    for path, text in texts.items():
        yield from _first(path, text, sections_of(path, text), needs) if _TORCH in text.lower() else ()


def _first(path: str, text: str, sections: list[Section], needs: Needs) -> Iterator[Leftover]:
    entries = [entry for section in sections for entry in section.entries if entry.name == _TORCH]
    for entry in entries[:1]:
        wanted = [need.beside(entry.spec or "") for need in needs.parsed() if need.name != _TORCH]
        words = " and ".join(f"{need.name}{need.write}" for need in wanted)
        yield Leftover(path, line_number(text, entry.start), RULE, f"the migrated code needs {words}: declare it")
