"""Ask the rules: every use of a group is answered with edits, or the whole group is left with the reasons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Optional

from codemod.flow.analysis import Analysis
from codemod.library import KINDS
from codemod.records import Edit, Leftover
from codemod.rule import RULES, Left, Site, Target
from codemod.uses.group import Group
from codemod.uses.use import Use

COPY = "esm is the copy of fair-esm in {}: compare it with fair-esm 2.0.0 first"
CHECKOUT = "{}/ is a checkout of fair-esm itself, and this is part of it"


@dataclass(frozen=True)
class Decided:
    """One group's fate. Where it is left, `refusals` names the uses that stand in the way."""

    group: Group
    edits: dict[Use, list[Edit]] = field(default_factory=dict)
    refusals: dict[Use, str] = field(default_factory=dict)

    @property
    def migrated(self) -> bool:
        return not self.refusals

    @property
    def why(self) -> Optional[str]:
        return next((f"{use.source.path}:{use.line}: {why}" for use, why in self.refusals.items()), None)

    def leftovers(self) -> list[Leftover]:
        """Every use of a group that is left; those that could be rewritten name the one that could not."""
        return [self._leftover(use) for use in self.group.uses] if self.refusals else []

    def _leftover(self, use: Use) -> Leftover:
        rule = RULES.get(use.key)
        label = rule.__module__.rpartition(".")[2] if rule else _plain(use.key)
        why = self.refusals.get(use) or f"left together with {self.why}"
        return Leftover(use.source.path, use.line, label, why)


def decide(groups: Sequence[Group], analysis: Analysis, target: Target, refused: dict[Use, str]) -> list[Decided]:
    """`refused` holds uses that an earlier attempt found impossible to write down."""
    return [_decide(group, analysis, target, refused) for group in groups]


def _decide(group: Group, analysis: Analysis, target: Target, refused: dict[Use, str]) -> Decided:
    edits: dict[Use, list[Edit]] = {}
    refusals = {use: refused[use] for use in group.uses if use in refused}
    for use in group.uses:
        answers = _answers(Site(use, group, analysis, target))
        edits[use] = [answer for answer in answers if isinstance(answer, Edit)]
        why = [answer.why for answer in answers if isinstance(answer, Left)]
        copies = [analysis.copies[each] for each in (use.value.via if use.value else ()) if each in analysis.copies]
        why += [COPY.format(folder) for folder in copies]
        checkout = analysis.project.checkout_of(use.source.path)
        why += [CHECKOUT.format(checkout)] if checkout else []
        if why:
            refusals[use] = why[0]
    return Decided(group, edits, refusals)


def _answers(site: Site) -> list[Edit | Left]:
    if site.use.why:
        return [Left(site.use.why)]
    rule = RULES.get(site.use.key)
    if rule is not None and site.target.only and site.rule not in site.target.only:
        return [Left(f"rule {site.rule} was not asked for (--only)")]
    if rule is None:
        return [Left(f"{_plain(site.use.key)} has no proven counterpart in transformers")]
    try:
        return list(rule(site))
    except Exception as error:  # a rule that raises is a bug with a name and a place; the rest goes on
        return [Left(f"internal error in rule {site.rule}, please report it: {type(error).__name__}: {error}")]


_KIND = re.compile("|".join(rf"{re.escape(kind)}\b" for kind in sorted(KINDS, key=len, reverse=True)))


def _plain(key: str) -> str:
    """What a use is called in a sentence: `.half of the model`, `iter(the output)`, `esm.data.read_fasta()`."""
    key = key.rstrip("=")
    kind = _KIND.match(key)
    if kind and kind.end() < len(key):
        return f"{key[kind.end() :]} of {_the(kind)}"
    return _KIND.sub(_the, key)


def _the(kind: re.Match[str]) -> str:
    return f"the {KINDS[kind[0]].replace('_', ' ')}"
