"""From what a manifest declares to edits: fair-esm goes, what the target needs comes, wrong versions are mended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Union

from codemod.manifests.entry import FAIR_ESM, RULE, Entry, Section
from codemod.manifests.needs import Need, Repair
from codemod.records import Edit, Leftover, line_number

Decision = Union[Edit, Leftover]
_COMPANIONS = ("tokenizers", "huggingface-hub")  # transformers admits a narrow range of each
_EXTRAS = "fair-esm[esmfold] also installed biopython, einops, omegaconf and others: declare those that are imported"
_ALONE = "this command installs nothing but fair-esm: delete it"
_KEPT = "fair-esm stays declared: this repository still uses it"


@dataclass(frozen=True)
class Manifest:
    """One dependency file and what was decided about the whole repository."""

    path: str
    text: str
    needs: tuple[Need, ...]
    keep: bool  # a use of fair-esm is left

    def leftover(self, offset: int, why: str) -> Leftover:
        return Leftover(self.path, line_number(self.text, offset), RULE, why)

    def quoted(self, entry: Entry) -> str:
        """The entry as it is written, without the quotes of a shell word."""
        written = self.text[entry.start : entry.stop]
        return written[1:-1] if written[0] in "'\"" else written


def decide(manifest: Manifest, sections: list[Section]) -> Iterator[Decision]:
    """Each scope on its own: an environment, a project's metadata, the commands of a Dockerfile."""
    for scope in dict.fromkeys(section.scope for section in sections):
        inside = [section for section in sections if section.scope == scope]
        entries = [entry for section in inside for entry in section.entries]
        if any(entry.name == FAIR_ESM for entry in entries):
            torch = ",".join(entry.spec for entry in entries if entry.name == "torch" and entry.spec)
            needs = tuple(need.beside(torch) for need in manifest.needs)
            decisions = list(_migrate(replace(manifest, needs=needs), inside))
            yield from decisions
            yield from _companions(manifest, entries, decisions)
        else:
            yield from _conflicts(manifest, inside)


def _migrate(manifest: Manifest, sections: list[Section]) -> Iterator[Decision]:
    provided: set[str] = set().union(*(_names(section) for section in sections if section.base))
    for section in sorted(sections, key=lambda section: not section.base):
        there = _names(section) | (set() if section.alone else provided)
        missing = [need for need in manifest.needs if need.name not in there]
        changes = [*_swap(manifest, section, missing), *_mend(manifest, section)]
        if section.frozen and any(isinstance(change, Edit) and change.text for change in changes):
            yield manifest.leftover(_fair(section)[0].start, section.frozen)
            continue
        yield from changes
        if section.base and _fair(section):
            provided |= {need.name for need in missing}


def _swap(manifest: Manifest, section: Section, missing: list[Need]) -> Iterator[Decision]:
    written = [section.write(need.name, need.write) for need in missing if section.adds and _is_new(section, need)]
    for place, entry in enumerate(_fair(section)):
        new = entry.between.join(written) if place == 0 else ""
        yield from _beside(manifest, entry, new) if manifest.keep else _instead(manifest, entry, new)


def _is_new(section: Section, need: Need) -> bool:
    """Whether a need comes with the migration: torch without a bound does not beside pip's fair-esm.

    That requires nothing (metadata of 2.0.0), so torch came in another way, and still does; conda's brings pytorch.
    """
    return need.name != "torch" or bool(need.write) or "pytorch" in section.write(need.name, need.write)


def _beside(manifest: Manifest, entry: Entry, new: str) -> Iterator[Decision]:
    yield manifest.leftover(entry.start, _KEPT)
    if new:
        yield Edit(entry.start, entry.start, new + entry.between, RULE)


def _instead(manifest: Manifest, entry: Entry, new: str) -> Iterator[Decision]:
    if "esmfold" in entry.extras:
        yield manifest.leftover(entry.start, _EXTRAS)
    if new:
        yield Edit(entry.start, entry.stop, new, RULE)
    elif entry.cut:
        yield Edit(*entry.cut, "", RULE)
    else:
        yield manifest.leftover(entry.start, _ALONE)


def _mend(manifest: Manifest, section: Section) -> Iterator[Decision]:
    for entry, need in _declared(manifest, section):
        repair = None if need.by_hand else need.repair(entry.spec or "")
        if repair:
            yield _repin(manifest.text, section, entry, repair)
        elif need.refuses(entry.spec or ""):
            yield _wrong(manifest, entry, need)


def _repin(text: str, section: Section, entry: Entry, repair: Repair) -> Edit:
    start, stop = entry.version
    written = text[start:stop].rstrip(")")
    spec = f"{written},{repair.spec}" if repair.append else repair.spec
    if entry.whole:
        return Edit(entry.start, entry.stop, section.write(entry.name + entry.extras, spec), RULE)
    if repair.append:
        return Edit(start + len(written), start + len(written), f",{repair.spec}", RULE)
    return Edit(start, stop, spec, RULE)


def _companions(manifest: Manifest, entries: list[Entry], decisions: list[Decision]) -> Iterator[Leftover]:
    """Exact pins that pip will find at odds with another transformers."""
    texts = [made.text for made in decisions if isinstance(made, Edit)]
    if any("transformers" in text or text.startswith(tuple("<>=!~,")) for text in texts):
        for entry in entries:
            if entry.name in _COMPANIONS and (entry.spec or "").startswith("=="):
                yield manifest.leftover(
                    entry.start, f"{manifest.quoted(entry)} may hold transformers back: drop or change that pin"
                )


def _conflicts(manifest: Manifest, sections: list[Section]) -> Iterator[Leftover]:
    """Pins that cannot work, in a file that never declared fair-esm."""
    for section in sections:
        for entry, need in _declared(manifest, section):
            if need.refuses(entry.spec or ""):
                yield _wrong(manifest, entry, need)


def _declared(manifest: Manifest, section: Section) -> Iterator[tuple[Entry, Need]]:
    needs = {need.name: need for need in manifest.needs}
    for entry in section.entries:
        if entry.name in needs and entry.spec is not None:
            yield entry, needs[entry.name]


def _wrong(manifest: Manifest, entry: Entry, need: Need) -> Leftover:
    written = manifest.quoted(entry)
    hand = f": change it by hand, {need.by_hand}" if need.by_hand else ""
    return manifest.leftover(
        entry.start, f"{written} does not suit the migrated code, which needs {need.name}{need.write}{hand}"
    )


def _fair(section: Section) -> list[Entry]:
    return [entry for entry in section.entries if entry.name == FAIR_ESM]


def _names(section: Section) -> set[str]:
    return {entry.name for entry in section.entries} | section.names
