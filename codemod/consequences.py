"""What another checkpoint means for the rest of the repository: widths, saved files, and layer numbers in them."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from codemod.decide import Decided
from codemod.flow.analysis import Analysis
from codemod.library import CHECKPOINTS, FASTESM2_LAYERS, FASTESM2_WIDTH, OUTPUT
from codemod.records import Edit, Leftover
from codemod.repository import Repository
from codemod.source import Source
from codemod.widths import layer_keys
from codemod.widths.artefacts import stale_artefacts
from codemod.widths.config import config_widths
from codemod.widths.plan import candidate_words, plan_widths

_CONFIGURATION = (".yaml", ".yml", ".json", ".toml", ".ini", ".cfg")


@dataclass(frozen=True)
class Consequences:
    """Edits by path, in any file of the repository, and what only its owner can change."""

    edits: defaultdict[str, list[Edit]] = field(default_factory=lambda: defaultdict(list))
    leftovers: list[Leftover] = field(default_factory=list)


def consequences(
    repository: Repository, analysis: Analysis, decided: Sequence[Decided], checkpoints: frozenset[str]
) -> Consequences:
    """What follows from these checkpoints giving way to FastESM2_650; nothing where there are none."""
    found = Consequences()
    for old in sorted({CHECKPOINTS[name].width for name in checkpoints} - {FASTESM2_WIDTH}):
        sources = _with_words(repository, analysis, candidate_words(old))
        for answer in plan_widths(sources, old, FASTESM2_WIDTH):
            if isinstance(answer, Leftover):
                found.leftovers.append(answer)
            else:
                found.edits[answer[0]].append(answer[1])
        found.leftovers.extend(_stale(repository, analysis, decided, sources, old))
    for old in sorted({CHECKPOINTS[name].layers for name in checkpoints} - {FASTESM2_LAYERS}):
        sources = _with_words(repository, analysis, [layer_keys.WORD])
        found.leftovers.extend(layer_keys.layer_keys(sources, _reads(decided), old, FASTESM2_LAYERS))
    return found


def _with_words(repository: Repository, analysis: Analysis, words: Sequence[bytes]) -> dict[str, Source]:
    """The programs with one of the words, by path."""
    sources = {path: analysis.project.source(path) for path in repository.search(words)}
    return {path: source for path, source in sources.items() if source}


def _stale(
    repository: Repository, analysis: Analysis, decided: Sequence[Decided], sources: dict[str, Source], old: int
) -> Iterator[Leftover]:
    """Configuration and saved files of the old width."""
    users = {use.source.path: use.source for each in decided for use in each.group.uses}
    followed = {source.path: source for source in analysis.project.sources if analysis.entered(source.path)}
    yield from stale_artefacts({**users, **sources, **followed}, repository.files)
    for path, data in repository.search([str(old).encode()], _CONFIGURATION).items():
        decoded = repository.decoded(path) if data else None
        yield from config_widths(path, decoded.text, old, FASTESM2_WIDTH) if decoded else ()


def _reads(decided: Sequence[Decided]) -> frozenset[ast.AST]:
    """Reads of a layer of the model's own output."""
    uses = [use for each in decided for use in each.group.uses if use.key == f"{OUTPUT}[representations]"]
    return frozenset(use.source.parents[use.node] for use in uses)
