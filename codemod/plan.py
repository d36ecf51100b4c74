"""What becomes of each file: programs, dependency files, notebooks, and what else speaks of fair-esm."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Optional

from codemod.checkpoints import weight_places
from codemod.deciding.decide import Decided
from codemod.files.candidates import PROGRAMS, marked_files
from codemod.files.repository import Repository
from codemod.files.text import splice
from codemod.manifests.missing import missing
from codemod.manifests.needs import Needs, guarantees, needs_of
from codemod.manifests.registry import FAIR_WORDS, declared, plan_manifest, plan_program
from codemod.marks.marking import bare, marked
from codemod.mentions import messages
from codemod.mentions.commands import python_mentions
from codemod.mentions.elsewhere import WORDS, mentions, notebook_mentions, of_a_copy, runs
from codemod.notebooks.installs import plan_installs
from codemod.notebooks.read import read
from codemod.notebooks.write import write
from codemod.notes import notes
from codemod.records import Edit, FilePlan, Group, Leftover, Migration, Tally
from codemod.rewrite import Draft, Rewriting, rewrite
from codemod.rule import Target
from codemod.writing.assemble import Assembled, one_each

if TYPE_CHECKING:
    from codemod.migrate import Settings


def plan(repository: Repository, settings: Settings) -> Migration:
    """The migration of a repository in which something may use fair-esm."""
    done = rewrite(repository, _target(repository, settings), settings.rejected)
    _mentions(repository, done)
    _messages(repository, done)
    kept = _weights(repository, settings.to, done)
    _manifests(repository, settings, done)
    for problem in repository.problems.values():
        done.draft.leftovers[problem.path].append(problem)
    files = _marked(repository, settings, _file_plans(repository, done.draft))
    numbered = enumerate(zip(done.decided, done.flows), 1)
    groups = tuple(replace(_group(number, each, settings.to), flows=flows) for number, (each, flows) in numbered)
    tally = _tally(repository, done, settings.to)
    said = notes(settings.to, done) + kept
    return Migration(repository.root, settings.to, files, groups, tally, said, repository.skipped)


def _target(repository: Repository, settings: Settings) -> Target:
    needs = needs_of(settings.to, settings.remote_code).parsed()
    # a pin that will not do is replaced by a newer one
    kept = [spec for spec in _declared(repository, "transformers") if not any(
            need.refuses(spec) for need in needs if need.name == "transformers")]  # fmt: skip
    eager = not any(guarantees("transformers", each, "<4.36") for each in kept)
    old = any(guarantees("fair-esm", each, "<2.0") for each in _declared(repository, "fair-esm"))
    return Target(settings.to, settings.remote_code, eager, frozenset(settings.only), old)


def _declared(repository: Repository, package: str) -> list[str]:
    """The versions (PEP 440) of a package that dependency files declare."""
    texts = [(path, repository.decoded(path)) for path in repository.manifests]
    specs = [declared(path, decoded.text, package) for path, decoded in texts if decoded]
    return [each for each in specs if each]


def _manifests(repository: Repository, settings: Settings, done: Rewriting) -> None:
    """Dependency files; fair-esm leaves only when nothing in the repository uses it or runs its commands."""
    needs = needs_of(settings.to, settings.remote_code)
    keep = not done.complete or bool(repository.problems) or any(map(runs, chain(*done.draft.leftovers.values())))
    migrated = any(each.migrated for each in done.decided)
    for path in repository.manifests:
        decoded = repository.decoded(path)
        if decoded:
            _merge(done.draft, path, decoded.text, plan_manifest(path, decoded.text, needs, keep, migrated))
    _program_requirements(repository, needs, done, keep, migrated)
    if migrated and needs.requirements:
        _undeclared(repository, needs, done)


def _undeclared(repository: Repository, needs: Needs, done: Rewriting) -> None:
    """transformers, where fair-esm was installed by hand and no program used transformers before: listed."""
    decoded = [(path, repository.decoded(path)) for path in repository.manifests]
    found = list(missing({path: each.text for path, each in decoded if each}, needs))
    for leftover in found if found and not repository.search([b"transformers"]) else ():
        done.draft.leftovers[leftover.path].append(leftover)


def _program_requirements(repository: Repository, needs: Needs, done: Rewriting, keep: bool, migrated: bool) -> None:
    """`pip_install("fair-esm")` and lists of requirements in programs, and `!pip install fair-esm` in notebooks."""
    programs = frozenset(repository.programs)
    for path, data in list(repository.found.items()):
        notebook = repository.notebooks.get(path)
        if notebook is not None and not (migrated or keep):
            continue  # nothing here used fair-esm, and nothing moves: the notebook installs it for somebody else
        if notebook is not None:
            wanted = migrated and (path in done.draft.texts or any(word in data for word in FAIR_WORDS))
            _merge(done.draft, path, notebook.source, plan_installs(path, notebook, needs, keep, wanted))
        elif path.endswith(".py") and any(word in data for word in FAIR_WORDS) and not of_a_copy(path, programs):
            decoded = repository.decoded(path)
            text = decoded.text if decoded else ""
            _merge(done.draft, path, text, plan_program(path, text, needs, keep, migrated))


def _merge(draft: Draft, path: str, text: str, answers: Iterable[Edit | Leftover]) -> None:
    """What is decided about requirements, beside the edits that the program has already."""
    found, made = list(answers), draft.texts.get(path)
    there = made.edits if made else ()
    new = [each for each in found if isinstance(each, Edit) and not any(map(each.overlaps, there))]
    draft.leftovers[path] += [each for each in found if isinstance(each, Leftover)]
    if new:
        edits = sorted([*there, *new], key=lambda each: (each.start, each.stop))
        draft.texts[path] = Assembled(splice(text, edits), tuple(edits))


def _mentions(repository: Repository, done: Rewriting) -> None:
    """What scripts, documents and commands still say of fair-esm: listed."""
    programs, leftovers = frozenset(repository.programs), done.draft.leftovers
    for path, data in list(repository.found.items()):
        if not any(word in data for word in WORDS):
            continue
        source = repository.source(path) if path.endswith(PROGRAMS) else None
        if path in repository.notebooks:
            leftovers[path] += notebook_mentions(path, repository.notebooks[path], programs)
        if source is not None:
            leftovers[path] += python_mentions(source, programs)
        elif not path.endswith(PROGRAMS):
            decoded = repository.decoded(path)
            leftovers[path] += mentions(path, decoded.text, programs) if decoded else ()


def _messages(repository: Repository, done: Rewriting) -> None:
    """What programs that no longer need fair-esm tell their users of it: listed."""
    uses = [(use.source.path, each.migrated) for each in done.decided for use in each.group.uses]
    for path in sorted({path for path, _ in uses} - {path for path, migrated in uses if not migrated}):
        source, made = repository.source(path), done.draft.texts.get(path)
        if source and made and any(word in repository.found[path] for word in messages.WORDS):
            listed = {each.line for each in done.draft.leftovers[path]}
            done.draft.leftovers[path] += messages.stale_messages(source, made.edits, listed)


def _weights(repository: Repository, to: str, done: Rewriting) -> tuple[str, ...]:
    """Weights that are fetched for fair-esm are listed once something else loads them; notes on where they are kept."""
    migrated = [use for each in done.decided if each.migrated for use in each.group.uses]
    loading = {use.source.path for use in migrated if use.key.startswith(("esm.pretrained.", "torch.hub.load"))}
    if not loading or to == "stub":
        return ()
    said: list[str] = []
    programs = frozenset(repository.programs)
    telling = [path for path, data in repository.found.items() if any(word in data for word in weight_places.WORDS)]
    for path in sorted(telling):
        decoded = repository.decoded(path) if not of_a_copy(path, programs) else None
        notebook = repository.notebooks.get(path)
        text = notebook.source if notebook else decoded.text if decoded else ""
        made = done.draft.texts.get(path)
        done.draft.leftovers[path] += weight_places.downloads(path, text)
        done.draft.leftovers[path] += weight_places.cached(path, text, made.edits if made else ())
        said += weight_places.folders(path, text) if path in loading else ()
    return tuple(said)


def _file_plans(repository: Repository, draft: Draft) -> tuple[FilePlan, ...]:
    paths = sorted(path for path in {*draft.texts, *draft.leftovers} if path in draft.texts or draft.leftovers[path])
    return tuple(_file_plan(repository, path, draft) for path in paths)


def _file_plan(repository: Repository, path: str, draft: Draft) -> FilePlan:
    decoded, made = repository.decoded(path), draft.texts.get(path)
    leftovers = tuple(sorted(set(draft.leftovers[path])))
    status = _status(made, leftovers, path in repository.problems)
    if decoded is None:
        return FilePlan(path, status, leftovers=leftovers)
    edits, after, cells = made.edits if made else (), made.text if made else None, None
    notebook = repository.notebooks.get(path)
    if notebook is not None:
        after = write(notebook, one_each(edits))
        cells = (notebook.source, read(after).source)
    return FilePlan(path, status, decoded.text, after, decoded.codec, edits, leftovers, cells)


def _marked(repository: Repository, settings: Settings, files: tuple[FilePlan, ...]) -> tuple[FilePlan, ...]:
    """Comments at leftovers come where they are asked for; those whose leftover has gone always go."""
    known = {plan.path for plan in files}
    others = [path for path in marked_files(repository.found) if path not in known]
    if not (settings.mark or others or known.intersection(marked_files(repository.found))):
        return files
    finished = [bare(path, decoded) for path in others for decoded in [repository.decoded(path)] if decoded]
    kept = [marked(plan, settings.mark) if plan.path.endswith(PROGRAMS) else plan for plan in files]
    gone = [plan for plan in (marked(each, settings.mark) for each in finished) if plan.changed]
    return tuple(sorted([*kept, *gone], key=lambda plan: plan.path))


def _status(made: Optional[Assembled], leftovers: Sequence[Leftover], unreadable: bool) -> str:
    if unreadable:
        return "error"
    if made is None:
        return "left"
    stubbed = any(edit.rule == "stub" for edit in made.edits)
    return "partial" if leftovers else "stubbed" if stubbed else "migrated"


def _group(number: int, decided: Decided, to: str) -> Group:
    done = "stubbed" if to == "stub" else "migrated"
    files = tuple(sorted({use.source.path for use in decided.group.uses}))
    lines = {(use.source.path, use.line) for use in decided.group.uses}
    for use, made in decided.edits.items():
        spans = [(use.source.line_of(edit.start), use.source.line_of(edit.stop)) for edit in made]
        lines |= {(use.source.path, line) for first, last in spans for line in range(first, last + 1)}
    return Group(number, files, done if decided.migrated else "left", decided.why, tuple(sorted(lines)))


def _tally(repository: Repository, done: Rewriting, to: str) -> Tally:
    finished = sum(len(each.group.uses) for each in done.decided if each.migrated) + done.gone
    left = sum(len(each.group.uses) for each in done.decided if not each.migrated) + done.kept
    rewritten, stubbed = (0, finished) if to == "stub" else (finished, 0)
    return Tally(len(repository.files), 0, finished + left, rewritten, stubbed, left)
