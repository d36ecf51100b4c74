"""What another checkpoint means for the repository: widths, saved files, layer numbers in them, choices."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from codemod.checkpoints.old_names import old_names
from codemod.checkpoints.one_for_many import one_for_many
from codemod.deciding.decide import Decided
from codemod.files.candidates import PROGRAMS
from codemod.files.repository import Repository
from codemod.flow.analysis import Analysis
from codemod.library import CHECKPOINTS, FASTESM2_LAYERS, FASTESM2_WIDTH, OUTPUT
from codemod.program.source import Source
from codemod.records import Edit, Leftover
from codemod.widths import layer_keys, named_files
from codemod.widths.artefacts import reused_caches, stale_artefacts
from codemod.widths.config import CONFIGURATION, SCRIPTS, config_widths
from codemod.widths.plan import candidate_words, plan_widths


@dataclass(frozen=True)
class Consequences:
    """Edits by path, in any file of the repository, and what only its owner can change."""

    edits: defaultdict[str, list[Edit]] = field(default_factory=lambda: defaultdict(list))
    leftovers: list[Leftover] = field(default_factory=list)


def consequences(
    repository: Repository, analysis: Analysis, decided: Sequence[Decided], checkpoints: frozenset[str]
) -> Consequences:
    """What follows from these checkpoints giving way to FastESM2_650; nothing where there are none."""
    if not checkpoints:
        return Consequences()
    searched = _Searched(repository, analysis, checkpoints)
    found = Consequences()
    left = {use.source.path for each in decided if not each.migrated for use in each.group.uses}
    for old in searched.widths:
        others = set(searched.widths) - {old}
        for answer in plan_widths(searched.programs(candidate_words(old, others)), old, FASTESM2_WIDTH, others, left):
            if isinstance(answer, Leftover):
                found.leftovers.append(answer)
            else:
                found.edits[answer[0]].append(answer[1])
        found.leftovers.extend(searched.configured(old))
    for old in sorted({CHECKPOINTS[name].layers for name in checkpoints} - {FASTESM2_LAYERS}):
        sources = searched.programs([layer_keys.WORD])
        found.leftovers.extend(layer_keys.layer_keys(sources, _reads(decided), old, FASTESM2_LAYERS))
    found.leftovers.extend(searched.stale(decided))
    ensembles = list(one_for_many(analysis, decided))
    named = old_names(analysis, decided, checkpoints, {each.path for each in ensembles})
    found.leftovers.extend([*ensembles, *named])
    return found


class _Searched:
    """The files that may matter, found in one pass over the repository."""

    def __init__(self, repository: Repository, analysis: Analysis, checkpoints: frozenset[str]) -> None:
        self.repository, self.analysis = repository, analysis
        self.widths = sorted({CHECKPOINTS[name].width for name in checkpoints} - {FASTESM2_WIDTH})
        numbers = [word for old in self.widths for word in candidate_words(old, self.widths)]
        words = dict.fromkeys([*named_files.WORDS, layer_keys.WORD, *numbers])
        self.found = repository.search(words, (*PROGRAMS, *CONFIGURATION, *SCRIPTS))

    def programs(self, words: Sequence[bytes]) -> dict[str, Source]:
        """The programs with one of the words, by path."""
        paths = [path for path in self._with(words) if path.endswith(PROGRAMS)]
        sources = {path: self.analysis.project.source(path) for path in paths}
        return {path: source for path, source in sources.items() if source}

    def configured(self, old: int) -> Iterator[Leftover]:
        for path in self._with([str(old).encode()]):
            decoded = self.repository.decoded(path) if not path.endswith(PROGRAMS) else None
            yield from config_widths(path, decoded.text, old, FASTESM2_WIDTH) if decoded else ()

    def stale(self, decided: Sequence[Decided]) -> Iterator[Leftover]:
        """Saved files: embeddings of another model are stale even where they are as wide."""
        users = {use.source.path: use.source for each in decided for use in each.group.uses}
        project = self.analysis.project
        followed = {source.path: source for source in project.sources if self.analysis.entered(source.path)}
        inside: Mapping[str, Source] = {**users, **followed}
        yield from stale_artefacts(inside, self.repository.files)
        wide = self.programs([word for old in self.widths for word in candidate_words(old)])
        yield from reused_caches({path: source for path, source in wide.items() if path not in inside})
        for path, data in self.found.items():
            if path not in inside and named_files.may_name(data):
                source = project.source(path) if path.endswith(".ipynb") else None
                decoded = self.repository.decoded(path)
                text = source.text if source else decoded.text if decoded and not path.endswith(".ipynb") else ""
                yield from named_files.named_files(path, text)

    def _with(self, words: Sequence[bytes]) -> list[str]:
        return sorted(path for path, data in self.found.items() if any(word in data for word in words))


def _reads(decided: Sequence[Decided]) -> frozenset[ast.AST]:
    """Reads of a layer of the model's own output."""
    uses = [use for each in decided for use in each.group.uses if use.key == f"{OUTPUT}[representations]"]
    return frozenset(use.source.parents[use.node] for use in uses)
