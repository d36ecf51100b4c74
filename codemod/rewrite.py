"""The programs of a repository: find the uses, ask the rules, write the new texts."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from codemod.checkpoints.consequences import consequences
from codemod.checkpoints.conversions import conversions
from codemod.deciding.bonds import alive, companions, restoring, strangers
from codemod.deciding.decide import Decided, decide
from codemod.deciding.flows import flows
from codemod.deciding.groups import group
from codemod.deciding.idle import without_idle
from codemod.deciding.leaving import Aliases
from codemod.deciding.patches import patched
from codemod.deciding.promises import promised, tested, unkept
from codemod.deciding.restoring import restores
from codemod.deciding.stub import decide_stub
from codemod.deciding.unparsed import held_back
from codemod.files.candidates import WORDS, candidates
from codemod.files.graph import with_importers
from codemod.files.repository import Repository
from codemod.flow.analysis import Analysis
from codemod.library import CHECKPOINTS
from codemod.notebooks.read import read
from codemod.notebooks.write import write
from codemod.program.imports import imported_names
from codemod.program.project import Project
from codemod.program.source import Source
from codemod.records import Edit, Flow, Leftover
from codemod.remarks.say import remarks
from codemod.rule import Target, load_rules
from codemod.uses.usage import find_uses
from codemod.uses.use import Use
from codemod.writing.assemble import Assembled, CannotWrite, assemble, one_each


@dataclass
class Draft:
    """What is planned for each file so far."""

    texts: dict[str, Assembled] = field(default_factory=dict)
    leftovers: defaultdict[str, list[Leftover]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True)
class Rewriting:
    """The fate of every use, and the files it changes."""

    decided: Sequence[Decided] = ()
    gone: int = 0
    kept: int = 0
    checkpoints: frozenset[str] = frozenset()
    draft: Draft = field(default_factory=Draft)
    copies: tuple[str, ...] = ()  # folders of the repository that are fair-esm as it was released
    weights: tuple[str, ...] = ()  # what to say of local files of weights
    flows: tuple[tuple[Flow, ...], ...] = ()  # for each of `decided`, how its values go through its files
    remarks: tuple[str, ...] = ()  # on programs that may notice

    @property
    def complete(self) -> bool:
        """Whether no use of fair-esm is left."""
        return not self.kept and all(each.migrated for each in self.decided)


REJECTED = "rejected in review"


def rewrite(repository: Repository, target: Target, rejected: Collection[int] = ()) -> Rewriting:
    """Decide and write; a group that cannot be written down is left, and the rest is tried again.

    `rejected` are the numbers of groups that stay as they are, whatever the rules say.
    """
    load_rules()
    repository.survey(WORDS)
    seeds = candidates(repository.found)
    project = Project(repository.programs, repository.source)
    analysis = Analysis(project, (int,) if target.to == "fastesm2" else (str, int))
    analysis.run(with_importers(project, seeds, repository.importers))
    uses = alive(analysis, find_uses(analysis))
    uses = uses if target.to == "stub" else without_idle(repository, uses)
    together = [*companions(analysis), *strangers(analysis, uses), *promised(analysis), *tested(analysis)]
    together += [*restoring(uses), *patched(analysis, uses)]
    groups = group(uses, together)
    refused = held_back(repository, analysis, uses) if target.to != "stub" else {}
    while True:
        decided = decide_stub(groups, refused) if target.to == "stub" else decide(groups, analysis, target, refused)
        decided = [_reject(each) if number in rejected else each for number, each in enumerate(decided, 1)]
        broken = dict(unkept(decided)) if target.to != "stub" else {}
        if broken:
            refused.update(broken)
            continue
        aliases = Aliases(analysis, uses, decided)
        loaded = _loaded(analysis, decided)
        try:
            draft = _Writer(repository, analysis, decided, aliases, target.to).draft(loaded)
            copies = tuple(folder for folder in sorted(project.copies) if not project.changed_in(folder))
            weights = conversions(analysis, _loads(analysis, decided)) if target.to == "hf" else ()
            gone, kept = len(aliases.gone), len(aliases.kept)
            travels = tuple(flows(analysis, each.group) for each in decided)
            said = remarks(analysis, decided) if target.to != "stub" else ()
            return Rewriting(decided, gone, kept, loaded, draft, copies, weights, travels, said)
        except CannotWrite as problem:
            stuck = {use: str(problem) for use in problem.uses if use not in refused}
            if not stuck:
                raise
            refused.update(stuck)


def _reject(decided: Decided) -> Decided:
    return Decided(decided.group, {}, dict.fromkeys(decided.group.uses, REJECTED))


def _loaded(analysis: Analysis, decided: Sequence[Decided]) -> frozenset[str]:
    """The checkpoints whose loading is migrated."""
    names = {name for load in _loads(analysis, decided) for name in analysis.names(load)}
    return frozenset(names & CHECKPOINTS.keys())


def _loads(analysis: Analysis, decided: Sequence[Decided]) -> list[ast.AST]:
    nodes = [use.node for each in decided if each.migrated for use in each.group.uses]
    return [node for node in nodes if node in analysis.calls]


#: What stands where an import stood.
_NOTES = {"stub": "# fair-esm was removed, was"}


@dataclass(frozen=True)
class _Writer:
    repository: Repository
    analysis: Analysis
    decided: Sequence[Decided]
    aliases: Aliases
    to: str

    def draft(self, checkpoints: frozenset[str]) -> Draft:
        draft = Draft()
        for leftover in [*self.aliases.leftovers, *(each for one in self.decided for each in one.leftovers())]:
            draft.leftovers[leftover.path].append(leftover)
        edits: defaultdict[str, dict[Use, list[Edit]]] = defaultdict(dict)
        for each in self.decided:
            for use, made in each.edits.items() if each.migrated else ():
                edits[use.source.path][use] = made
        replaced = checkpoints if self.to == "fastesm2" else frozenset()
        follows = consequences(self.repository, self.analysis, self.decided, replaced)
        others = restores(self.analysis, self.decided) if self.to != "stub" else ()
        for leftover in [*follows.leftovers, *others]:
            draft.leftovers[leftover.path].append(leftover)
        for source in self.analysis.project.sources:
            leaving, extra = self.aliases.leaving[source.path], follows.edits[source.path]
            if leaving or extra or any(edits[source.path].values()):
                draft.texts[source.path] = self._checked(source, edits[source.path], leaving, extra)
        return draft

    def _checked(
        self, source: Source, edits: dict[Use, list[Edit]], leaving: Sequence[ast.alias], extra: Sequence[Edit]
    ) -> Assembled:
        """The new text, which must still be a program; otherwise the uses in it are left."""
        try:
            made = assemble(source, edits, leaving, extra, _NOTES.get(self.to, ""), self._starred(source))
        except CannotWrite as problem:
            raise CannotWrite(problem.uses or list(edits), str(problem)) from problem
        try:
            self._compile(source, made)
        except (SyntaxError, ValueError) as error:
            raise CannotWrite(list(edits), f"the result would not compile: {error}") from error
        return made

    def _starred(self, source: Source) -> frozenset[str]:
        """The names of functions, classes and variables that star imports from modules of the repository bring.

        What those modules import themselves is left out: it means the same here.
        """
        origins = [self.analysis.star_origins[star] for star in self.analysis.stars.get(source.path, ())]
        modules = [self.analysis.project.source(origin) for origin in origins if origin in self.analysis.project.paths]
        return frozenset(name for each in modules if each for name in each.bindings[each.tree] - imported_names(each))

    def _compile(self, source: Source, made: Assembled) -> None:
        notebook, text, flags = self.repository.notebooks.get(source.path), made.text.lstrip("\ufeff"), 0
        if notebook is not None:
            text, flags = read(write(notebook, one_each(made.edits))).program, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        compile(text, "<result>", "exec", flags=flags, dont_inherit=True)  # a file name need not be UTF-8
