"""What the rewritten program needs installed, and which declarations already give it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Optional

from codemod.manifests.versions import Release, admitted, allows, clauses

#: transformers 4.56 to 5.2 embed `<mask>` wrongly in padded batches (FAIR_ESM.md fact 4, PR #40370 and #44163).
_WRONG_MASK = "!=4.56.*,!=4.57.*,!=5.0.*,!=5.1.*,!=5.2.*"
#: FastESM's remote code fails in forward below 4.36, and 5.0 and 5.1 leave it random weights (FASTESM2.md).
_FASTESM = ">=4.36,!=5.0.*,!=5.1.*"

#: transformers before 4.26 has no `EsmModel.predict_contacts`, before 4.24 no bias in its LM head; 4.24 to 4.29 give
#: the numbers of 4.30 to the last bit (a padded batch with `<mask>`, random weights, measured 2026-12-01).
_HF_OLDEST = ">=4.26"
#: `scale=` of `scaled_dot_product_attention`, which FastESM's code passes, came with torch 2.1; its annotations
#: (`list[str]`) need Python 3.9. transformers 4.36 needs Python 3.8 (its metadata).
_FASTESM_TORCH, _FASTESM_PYTHON, _HF_PYTHON = ">=2.1", ">=3.9", ">=3.8"

#: The oldest torch that transformers from a release on works with (`torch` extra in each release's metadata, and
#: `is_torch_available`, which from 4.52 on pretends that an older torch is not there at all).
_TORCH_FLOORS = (("2.0", "4.48"), ("2.1", "4.52"), ("2.2", "4.56"), ("2.4", "5.0"), ("2.5", "5.15"), ("2.6", "5.20"))

#: Every release that a pin may name, and some to come: major, its highest minor, its highest patch.
_RELEASES: dict[str, tuple[Release, ...]] = {
    name: tuple(
        (major, minor, patch)
        for major, minors, patches in majors
        for minor in range(minors + 1)
        for patch in range(patches + 1)
    )
    for name, majors in {
        "fair-esm": ((0, 5, 2), (1, 0, 3), (2, 0, 1)),
        "torch": ((0, 4, 1), (1, 13, 3), (2, 25, 3)),
        "python": ((2, 7, 18), (3, 20, 20)),
        "transformers": ((2, 11, 0), (3, 5, 1), (4, 57, 6), (5, 40, 6)),
    }.items()
}

#: torch is tied to a CUDA build, an index and compiled companions: a person changes that pin.
_BY_HAND = {"torch": "it is tied to a CUDA build"}


@dataclass(frozen=True)
class Needs:
    """Requirements (PEP 508, no markers) of a target: what is written where nothing is declared.

    `accepts` says what a declaration that is there already must stay within to be left alone, where that is
    looser than what would be written.
    """

    to: str  # fastesm2 | hf | stub
    requirements: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()
    oldest: Mapping[str, str] = field(default_factory=dict)  # what some release that a declaration admits must be
    python: str = ""  # PEP 440; listed where it does not hold, never written

    def parsed(self) -> tuple[Need, ...]:
        accepts = dict(_split(text) for text in self.accepts)
        split = map(_split, self.requirements)
        return tuple(Need(name, spec, accepts.get(name, spec), self.oldest.get(name, "")) for name, spec in split)


@dataclass(frozen=True)
class Repair:
    """A PEP 440 specifier that takes the place of the declared one, or is appended to it."""

    spec: str
    append: bool = False


@dataclass(frozen=True)
class Need:
    """One requirement: its PEP 503 name, the specifier to write, the specifier a declaration must stay within."""

    name: str
    write: str
    accept: str
    oldest: str = ""

    def repair(self, declared: str) -> Optional[Repair]:
        """What to do about a declared PEP 440 specifier; None where it does as it is.

        A range is narrowed by the clauses that bite, a pin outside what is accepted is replaced. A range that is
        open to the newest release is closed to the ones that are too old for what is written.
        """
        possible = self._admitted(declared)
        newest = self._admitted("")[-1:]
        within = self.write if possible[-1:] == newest else self.accept
        good = self._admitted(declared, within)
        if self.refuses(declared):
            return Repair(self.write)
        if len(good) == len(possible):
            return None
        if not good:
            return Repair(self.write)
        biting = [clause for clause in clauses(within) if len(admitted(clause, possible)) < len(possible)]
        floors = [clause for clause in biting if clause.startswith(">")]
        if not floors:
            return Repair(",".join(biting), append=True)
        kept = [clause for clause in clauses(declared) if not clause.startswith(">")]
        return Repair(",".join(floors + kept + biting[len(floors) :]))

    def beside(self, torch: str) -> Need:
        """The same need where torch is held to `torch` (PEP 440): no transformers that is too new for it."""
        possible = _admitted("torch", torch)
        for floor, since in _TORCH_FLOORS if self.name == "transformers" else ():
            if possible and not admitted(f">={floor}", possible):
                return replace(self, write=_below(self.write, since))
        return self

    def refuses(self, declared: str) -> bool:
        """Whether every release that `declared` admits is one that cannot do."""
        possible = self._admitted(declared)
        return bool(possible) and not self._admitted(declared, self.accept, self.oldest)

    def _admitted(self, *specifiers: str) -> tuple[Release, ...]:
        return _admitted(self.name, ",".join(filter(None, specifiers)))

    @property
    def by_hand(self) -> Optional[str]:
        """Why a wrong pin is listed rather than changed."""
        return _BY_HAND.get(self.name)


def needs_of(to: str, remote_code: bool = True) -> Needs:
    """What a target needs. Raises KeyError for a target that does not exist.

    With `remote_code` False, `fastesm2` goes through stock EsmModel and needs what `hf` needs.
    """
    return _NEEDS[to if remote_code or to == "stub" else "hf"]


def guarantees(package: str, declared: str, bound: str) -> bool:
    """Whether every release of a package that one specifier admits is within another: `>=4.36`, `<4.56`."""
    possible = _admitted(package, declared)
    return bool(possible) and len(admitted(bound, possible)) == len(possible)


_NEEDS = {
    "stub": Needs("stub"),
    "hf": Needs(
        "hf",
        ("torch", f"transformers>=4.36,{_WRONG_MASK}"),
        (f"transformers{_WRONG_MASK}",),
        {"transformers": _HF_OLDEST},
        _HF_PYTHON,
    ),
    "fastesm2": Needs(
        "fastesm2",
        (f"torch{_FASTESM_TORCH}", f"transformers{_FASTESM}", "einops", "networkx"),
        python=_FASTESM_PYTHON,
    ),
}


@lru_cache(maxsize=512)
def _admitted(name: str, specifier: str) -> tuple[Release, ...]:
    return admitted(specifier, _RELEASES.get(name, ()))


def _below(specifier: str, ceiling: str) -> str:
    """The specifier with a ceiling, without the exclusions that then say nothing."""
    parts = clauses(specifier)
    low = [part for part in parts if part.startswith(">")]
    high = [part for part in parts if part not in low and allows(f"<{ceiling}", part.lstrip("!=").rstrip(".*"))]
    return ",".join([*low, f"<{ceiling}", *high])


def _split(requirement: str) -> tuple[str, str]:
    name = re.match(r"[\w.-]*\w", requirement)
    if not name:
        raise ValueError(f"not a requirement: {requirement!r}")
    return name[0], requirement[name.end() :].strip()
