from __future__ import annotations

from collections.abc import Iterator

from validation import snapshot, synthetic, trust, weights
from validation.check import check
from validation.lab import Lab
from validation.records import Failed, Measured


@check(needs=("ENV-01a",))
def checkpoint_is_whole_and_trusted(lab: Lab) -> Iterator[Measured]:
    """The checkpoint is there and whole, and its code is known, before any of that code runs.

    Weights are safetensors only; names, shapes and the number of values follow from config.json, which for
    FastESM2_650 makes 651,043,649.
    """
    yield Measured("checkpoint", lab.snapshot.source)
    yield from _header(lab)
    yield _undamaged(lab)
    if lab.settings.remote_code:
        yield from _code(lab)


def _header(lab: Lab) -> Iterator[Measured]:
    stored = weights.headers(lab.snapshot.folder)
    expected = weights.expected_shapes(lab.shape)
    found = {name: item.shape for name, item in stored.items()}
    wrong = sorted({*expected.items()} ^ {*found.items()})
    yield Measured(
        "tensors whose name or shape does not follow from config.json", len(wrong), at_most=0,
        advice=", ".join(sorted({name for name, _ in wrong})[:4]),
    )
    values = sum(item.values for item in stored.values())
    yield Measured("values stored", values, equals=_expected_values(lab))
    kinds = sorted({item.dtype for item in stored.values()})
    yield Measured("dtypes stored", " ".join(kinds))
    yield Measured("dtypes are floating point", set(kinds) <= set(weights.DTYPES), equals=True)


def _undamaged(lab: Lab) -> Measured:
    lab.tell("comparing the cached files with the names that the hub gave them")
    found = list(snapshot.damaged(lab.snapshot.folder))
    return Measured("cached files that are not what the hub sent", len(found), at_most=0, advice="; ".join(found))


def _expected_values(lab: Lab) -> int:
    if lab.snapshot.model == snapshot.DEFAULT_MODEL:
        return weights.PUBLISHED_VALUES
    return sum(weights.Stored("", size, 0).values for size in weights.expected_shapes(lab.shape).values())


def _code(lab: Lab) -> Iterator[Measured]:
    files = trust.code_files(lab.snapshot.folder)
    if not files:
        raise Failed("the checkpoint has no code of its own: --no-remote-code loads it through stock EsmModel")
    for item in files:
        yield Measured(f"remote code {item.name}", f"sha256 {item.sha256}, imports {' '.join(item.imports)}")
    yield _trusted(lab, files)
    for repository in sorted({name for item in files for name in item.downloads}):
        snapshot.prefetch(repository, lab.tell)
        yield Measured("the code asks the hub, when imported, for", f"{repository} (in the cache)")


def _trusted(lab: Lab, files: tuple[trust.CodeFile, ...]) -> Measured:
    if lab.settings.synthetic:
        own = trust.digest(synthetic.code_file())
        return Measured("remote code is the one of this package", files[0].sha256 == own, equals=True)
    lock = lab.settings.lock
    how = trust.compare(files, lab.snapshot.model, lock, lab.settings.trust_new_code)
    warning = "" if how == trust.SAME else f"remote code {how}: read it once, and commit {lock}"
    return Measured("remote code was trusted", how, warning=warning)
