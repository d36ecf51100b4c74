"""From a repository to its migration: find the uses, ask the rules, write the files' new texts. Writes nothing."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from codemod.assemble import Assembled, CannotWrite, assemble
from codemod.decide import Decided, decide
from codemod.flow.analysis import Analysis
from codemod.graph import candidates, with_importers
from codemod.groups import group
from codemod.leaving import Aliases
from codemod.manifests.needs import needs_of
from codemod.manifests.registry import declared_transformers, is_manifest, plan_manifest
from codemod.manifests.versions import allows
from codemod.notes import notes
from codemod.project import Project
from codemod.records import Edit, FilePlan, Group, Leftover, Migration, Tally
from codemod.repository import Repository
from codemod.rule import Target, load_rules
from codemod.source import Source
from codemod.stub import decide_stub
from codemod.usage import Use, companions, find_uses


@dataclass(frozen=True)
class Settings:
    """What the user asked for."""

    paths: tuple[Path, ...] = ()
    to: str = "fastesm2"
    exclude: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    remote_code: bool = True


@dataclass
class Draft:
    """What is planned for each file so far."""

    texts: dict[str, Assembled] = field(default_factory=dict)
    leftovers: defaultdict[str, list[Leftover]] = field(default_factory=lambda: defaultdict(list))


def migrate(settings: Settings) -> Migration:
    """Everything that is decided about a repository. Raises UnusableInput for a path that cannot be read."""
    began = perf_counter()
    load_rules()
    repository = Repository(settings.paths, settings.exclude)
    project = Project(repository.python, repository.source)
    seeds = candidates(repository.found)
    analysis = Analysis(project)
    analysis.run(with_importers(project, seeds, lambda words: repository.importers(words)))
    uses = find_uses(analysis)
    target = Target(settings.to, settings.remote_code, _eager(repository))
    decided, aliases, draft = _drafted(analysis, uses, target)
    kept = any(not each.migrated for each in decided) or bool(aliases.kept) or bool(repository.problems)
    _manifests(repository, settings, draft, kept, bool(draft.texts))
    for problem in repository.problems.values():
        draft.leftovers[problem.path].append(problem)
    files = _file_plans(repository, draft)
    tally = _tally(repository, seeds, decided, aliases, settings.to, perf_counter() - began)
    groups = tuple(_group(number, each, settings.to) for number, each in enumerate(decided, 1))
    said = notes(settings.to, decided, analysis)
    return Migration(repository.root, settings.to, files, groups, tally, said, repository.skipped)


def _drafted(
    analysis: Analysis, uses: Sequence[Use], target: Target
) -> tuple[list[Decided], Aliases, Draft]:
    """Decide and write; a group that cannot be written down is left, and the rest is tried again."""
    groups = group(uses, companions(analysis))
    refused: dict[Use, str] = {}
    while True:
        decided = decide_stub(groups) if target.to == "stub" else decide(groups, analysis, target, refused)
        aliases = Aliases(analysis, uses, decided)
        try:
            return decided, aliases, _write(analysis, decided, aliases, _NOTES.get(target.to, ""))
        except CannotWrite as problem:
            stuck = {use: str(problem) for use in problem.uses if use not in refused}
            if not stuck:
                raise
            refused.update(stuck)


#: What stands where an import stood.
_NOTES = {"stub": "# fair-esm was removed, was"}


def _write(analysis: Analysis, decided: Sequence[Decided], aliases: Aliases, note: str) -> Draft:
    draft = Draft()
    edits: defaultdict[Source, dict[Use, list[Edit]]] = defaultdict(dict)
    for each in decided:
        for use, made in each.edits.items() if each.migrated else ():
            edits[use.source][use] = made
        for leftover in each.leftovers():
            draft.leftovers[leftover.path].append(leftover)
    for leftover in aliases.leftovers:
        draft.leftovers[leftover.path].append(leftover)
    for source in analysis.project.sources:
        leaving = aliases.leaving[source.path]
        if leaving or any(edits[source].values()):
            draft.texts[source.path] = _checked(source, edits[source], leaving, note)
    return draft


def _checked(source: Source, edits: dict[Use, list[Edit]], leaving: Sequence[ast.alias], note: str) -> Assembled:
    """The new text, which must still be a program; otherwise the uses in it are left."""
    try:
        made = assemble(source, edits, leaving, note)
    except CannotWrite as problem:
        raise CannotWrite(problem.uses or list(edits), str(problem)) from problem
    try:
        compile(made.text.lstrip("\ufeff"), source.path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        raise CannotWrite(list(edits), f"the result would not compile: {error}") from error
    return made


def _eager(repository: Repository) -> bool:
    """Whether `attn_implementation=` may be written: no declared transformers is older than 4.36."""
    declared = []
    for path in filter(is_manifest, repository.files):
        decoded = repository.decoded(path)
        declared.append(declared_transformers(path, decoded.text) if decoded else None)
    old = ("4.30.0", "4.35.2")
    return not any(spec and any(allows(spec, version) for version in old) and not allows(spec, "4.45.2")
                   for spec in declared)  # fmt: skip


def _manifests(repository: Repository, settings: Settings, draft: Draft, keep: bool, migrated: bool) -> None:
    needs = needs_of(settings.to, settings.remote_code)
    for path in filter(is_manifest, repository.files):
        decoded = repository.decoded(path)
        answers = list(plan_manifest(path, decoded.text, needs, keep, migrated)) if decoded else []
        edits = [answer for answer in answers if isinstance(answer, Edit)]
        draft.leftovers[path] += [answer for answer in answers if isinstance(answer, Leftover)]
        if edits and decoded:
            draft.texts[path] = _spliced(decoded.text, edits)


def _spliced(text: str, edits: Iterable[Edit]) -> Assembled:
    made = tuple(sorted(edits))
    new = text
    for edit in reversed(made):
        new = new[: edit.start] + edit.text + new[edit.stop :]
    return Assembled(new, made)


def _file_plans(repository: Repository, draft: Draft) -> tuple[FilePlan, ...]:
    paths = sorted(path for path in {*draft.texts, *draft.leftovers} if path in draft.texts or draft.leftovers[path])
    return tuple(_file_plan(repository, path, draft) for path in paths)


def _file_plan(repository: Repository, path: str, draft: Draft) -> FilePlan:
    decoded, made = repository.decoded(path), draft.texts.get(path)
    leftovers = tuple(sorted(set(draft.leftovers[path])))
    done = "stubbed" if made and any(edit.rule == "stub" for edit in made.edits) else "migrated"
    status = "partial" if made and leftovers else done if made else "left"
    if path in repository.problems:
        status = "error"
    if decoded is None:
        return FilePlan(path, status, leftovers=leftovers)
    after = made.text if made else None
    return FilePlan(path, status, decoded.text, after, decoded.codec, made.edits if made else (), leftovers)


def _group(number: int, decided: Decided, to: str) -> Group:
    done = "stubbed" if to == "stub" else "migrated"
    files = tuple(sorted({use.source.path for use in decided.group.uses}))
    return Group(number, files, done if decided.migrated else "left", decided.why)


def _tally(
    repository: Repository,
    seeds: Sequence[str],
    decided: Sequence[Decided],
    aliases: Aliases,
    to: str,
    seconds: float,
) -> Tally:
    done = sum(len(each.group.uses) for each in decided if each.migrated) + len(aliases.gone)
    left = sum(len(each.group.uses) for each in decided if not each.migrated) + len(aliases.kept)
    rewritten, stubbed = (0, done) if to == "stub" else (done, 0)
    return Tally(len(repository.files), len(seeds), done + left, rewritten, stubbed, left, round(seconds, 3))


