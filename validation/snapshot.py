"""Where a checkpoint lies on disk: a folder, the hub's cache, or fetched into it; every refusal within seconds."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import huggingface_hub
import transformers.utils.hub
from huggingface_hub import constants
from huggingface_hub.errors import LocalEntryNotFoundError

from validation.download import Tell, download
from validation.records import Failed

DEFAULT_MODEL = "Synthyra/FastESM2_650"
#: 2025-11, the code the migration was planned with; later code fails on the pinned transformers (FASTESM2.md, fact 5).
DEFAULT_REVISION = "42f08b077713e49fb546aa8f3b01606cf74919f7"
#: No pickles: they are never fetched.
PATTERNS = ("*.json", "*.py", "*.txt", "*.safetensors")
TOKENIZER_PATTERNS = ("*.json", "*.txt")
DAMAGED = "{file} is damaged (its {kind} is not the one that the hub names it by): delete {path} and run again"


@dataclass(frozen=True)
class Snapshot:
    """A checkpoint's files on disk; `source` says in words where they come from."""

    folder: Path
    source: str
    model: str
    revision: str = ""


def find(model: str, revision: str, tell: Tell) -> Snapshot:
    """The checkpoint: a local folder as it is, otherwise from the cache, otherwise downloaded with progress.

    Raises CannotAnswer without network or disk space, Failed for a repository or revision that does not exist.
    """
    if Path(model).is_dir():
        return Snapshot(Path(model).resolve(), f"local folder {model}", str(Path(model).resolve()))
    if is_local(model):
        raise Failed(f"no folder {model}")
    cached = _cached(model, revision, PATTERNS)
    if cached and _is_whole(cached):
        where = f"from the cache {constants.HF_HUB_CACHE}"
        return Snapshot(cached, f"{model}@{cached.name[:8]} {where}", model, cached.name)
    folder = download(model, revision, PATTERNS, tell)
    return Snapshot(folder, f"{model}@{folder.name[:8]}, downloaded", model, folder.name)


def is_local(model: str) -> bool:
    """Whether it names a folder; the hub knows OWNER/NAME only."""
    return Path(model).is_dir() or model.startswith((".", "/", "~")) or model.count("/") != 1


def prefetch(repository: str, tell: Tell) -> None:
    """Bring the tokenizer that a class body asks for into the cache, before that body can wait for minutes."""
    if _cached(repository, "main", TOKENIZER_PATTERNS):
        return
    download(repository, "main", TOKENIZER_PATTERNS, tell)


def damaged(folder: Path) -> Iterator[str]:
    """What to do about each file of the hub's cache whose content is not what its name there says.

    A large file is named by its sha256, a small one by git's id; files outside a cache have no such name.
    """
    for path in sorted(folder.rglob("*")):
        blob = path.resolve()
        kind = KINDS.get(len(blob.name)) if path.is_symlink() and re.fullmatch("[0-9a-f]+", blob.name) else None
        if kind and _digest(blob, kind) != blob.name:
            yield DAMAGED.format(file=path.name, kind=kind, path=blob)


#: How files in the hub's cache are named, by the length of the name.
KINDS = {64: "sha256", 40: "git id"}


@contextmanager
def offline() -> Iterator[None]:
    """Nothing in this process asks the hub: what is needed lies on disk, and retries would take minutes."""
    hub: Any = transformers.utils.hub
    before = constants.HF_HUB_OFFLINE, getattr(hub, "_is_offline_mode", None)
    _set_offline(hub, True, True)
    try:
        yield
    finally:
        _set_offline(hub, *before)


def _cached(repository: str, revision: str, patterns: tuple[str, ...]) -> Path | None:
    try:
        found = huggingface_hub.snapshot_download(
            repository, revision=revision, allow_patterns=list(patterns), local_files_only=True
        )
    except (LocalEntryNotFoundError, ValueError):
        return None
    return Path(found)


def _is_whole(folder: Path) -> bool:
    """Whether everything is there that loading opens; a download that broke off leaves some of it."""
    there = {path.name for path in folder.iterdir() if path.exists()}  # a link may lead to a file that was deleted
    if "config.json" not in there or not there & {"vocab.txt", "tokenizer.json"}:
        return False
    code = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("auto_map", {}).values()
    index = folder / "model.safetensors.index.json"
    shards = json.loads(index.read_text(encoding="utf-8"))["weight_map"].values() if index.exists() else ()
    wanted = {f"{name.split('.')[0]}.py" for name in code if isinstance(name, str) and "--" not in name} | {*shards}
    return wanted <= there and any(name.endswith(".safetensors") for name in there)


def _digest(path: Path, kind: str) -> str:
    found = hashlib.sha256() if kind == "sha256" else hashlib.sha1(b"blob %d\0" % path.stat().st_size)
    with path.open("rb") as file:
        while block := file.read(1 << 22):
            found.update(block)
    return found.hexdigest()


def _set_offline(hub: Any, constant: bool, mode: bool | None) -> None:
    constants.HF_HUB_OFFLINE = constant
    if mode is not None and hasattr(hub, "_is_offline_mode"):  # transformers 4 keeps its own copy
        hub._is_offline_mode = mode
    getattr(huggingface_hub.utils, "reset_sessions", lambda: None)()  # huggingface_hub 0.x decides per session
