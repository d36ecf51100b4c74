"""From what a manifest declares to edits: fair-esm goes, what the target needs comes, wrong versions are mended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Union

from codemod.manifests.entry import FAIR_ESM, RULE, Entry, Section
from codemod.manifests.needs import Need, Repair
from codemod.records import LINE_END, Edit, Leftover

Decision = Union[Edit, Leftover]
_KEPT = "fair-esm stays declared: this repository still uses it"


@dataclass(frozen=True)
class Manifest:
    """One dependency file and what was decided about the whole repository."""

    path: str
    text: str
    needs: tuple[Need, ...]
    keep: bool  # a use of fair-esm is left

    def leftover(self, offset: int, why: str) -> Leftover:
        return Leftover(self.path, len(LINE_END.findall(self.text, 0, offset)) + 1, RULE, why)


def decide(manifest: Manifest, sections: list[Section]) -> Iterator[Decision]:
    """Each scope on its own: an environment, a project's metadata, the commands of a Dockerfile."""
    for scope in dict.fromkeys(section.scope for section in sections):
        inside = [section for section in sections if section.scope == scope]
        entries = [entry for section in inside for entry in section.entries]
        if any(entry.name == FAIR_ESM for entry in entries):
            torch = ",".join(entry.spec for entry in entries if entry.name == "torch" and entry.spec)
            needs = tuple(need.beside(torch) for need in manifest.needs)
            yield from _migrate(replace(manifest, needs=needs), inside)
        else:
            yield from _conflicts(manifest, inside)


def _migrate(manifest: Manifest, sections: list[Section]) -> Iterator[Decision]:
    provided: set[str] = set().union(*(_names(section) for section in sections if section.base))
    for section in sorted(sections, key=lambda section: not section.base):
        missing = [need for need in manifest.needs if need.name not in provided | _names(section)]
        changes = [*_swap(manifest, section, missing), *_mend(manifest, section)]
        if section.frozen and any(isinstance(change, Edit) and change.text for change in changes):
            yield manifest.leftover(_fair(section)[0].start, section.frozen)
            continue
        yield from changes
        if section.base and _fair(section):
            provided |= {need.name for need in missing}


def _swap(manifest: Manifest, section: Section, missing: list[Need]) -> Iterator[Decision]:
    written = [section.write(need.name, need.write) for need in missing if section.adds]
    for place, entry in enumerate(_fair(section)):
        new = entry.between.join(written) if place == 0 else ""
        if manifest.keep:
            yield manifest.leftover(entry.start, _KEPT)
            if new:
                yield Edit(entry.start, entry.start, new + entry.between, RULE)
        elif new:
            yield Edit(entry.start, entry.stop, new, RULE)
        else:
            yield Edit(*entry.cut, "", RULE)


def _mend(manifest: Manifest, section: Section) -> Iterator[Decision]:
    for entry, need in _declared(manifest, section):
        repair = need.repair(entry.spec or "")
        if need.by_hand:
            if need.refuses(entry.spec or ""):
                yield manifest.leftover(entry.start, _wrong(entry, need) + f"; change it by hand, {need.by_hand}")
        elif repair:
            yield _repin(manifest.text, section, entry, repair)


def _repin(text: str, section: Section, entry: Entry, repair: Repair) -> Edit:
    start, stop = entry.version
    written = text[start:stop].rstrip(")")
    spec = f"{written},{repair.spec}" if repair.append else repair.spec
    if entry.whole:
        return Edit(entry.start, entry.stop, section.write(entry.name + entry.extras, spec), RULE)
    if repair.append:
        return Edit(start + len(written), start + len(written), f",{repair.spec}", RULE)
    return Edit(start, stop, spec, RULE)


def _conflicts(manifest: Manifest, sections: list[Section]) -> Iterator[Leftover]:
    """Pins that cannot work, in a file that never declared fair-esm."""
    for section in sections:
        for entry, need in _declared(manifest, section):
            if need.refuses(entry.spec or ""):
                yield manifest.leftover(entry.start, _wrong(entry, need))


def _declared(manifest: Manifest, section: Section) -> Iterator[tuple[Entry, Need]]:
    needs = {need.name: need for need in manifest.needs}
    for entry in section.entries:
        if entry.name in needs and entry.spec is not None:
            yield entry, needs[entry.name]


def _wrong(entry: Entry, need: Need) -> str:
    return f"{need.name}{entry.spec} does not do for the migrated code, which needs {need.name}{need.write}"


def _fair(section: Section) -> list[Entry]:
    return [entry for entry in section.entries if entry.name == FAIR_ESM]


def _names(section: Section) -> set[str]:
    return {entry.name for entry in section.entries} | section.names
