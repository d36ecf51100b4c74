"""Where a checkpoint lies on disk: a folder, the hub's cache, or fetched into it; every refusal within seconds."""

from __future__ import annotations

import shutil
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

import huggingface_hub
import transformers.utils.hub
from huggingface_hub import constants
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

from validation.records import CannotAnswer, Failed

DEFAULT_MODEL = "Synthyra/FastESM2_650"
#: 2025-11, the code the migration was planned with; later code fails on the pinned transformers (FASTESM2.md, fact 5).
DEFAULT_REVISION = "42f08b077713e49fb546aa8f3b01606cf74919f7"
#: No pickles: they are never fetched.
PATTERNS = ("*.json", "*.py", "*.txt", "*.safetensors")
TOKENIZER_PATTERNS = ("*.json", "*.txt")
SECONDS = 5.0
SPARE = 1 << 30

Tell = Callable[[str], None]


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
    if model.startswith((".", "/", "~")) or model.count("/") != 1:  # the hub knows OWNER/NAME only
        raise Failed(f"no folder {model}")
    cached = _cached(model, revision, PATTERNS)
    if cached and any(cached.glob("*.safetensors")):
        return Snapshot(cached, f"{model}@{revision[:8]} from the cache {constants.HF_HUB_CACHE}", model, revision)
    tell(f"downloading {model}@{revision[:8]} into {constants.HF_HUB_CACHE}")
    folder = _download(model, revision, PATTERNS)
    return Snapshot(folder, f"{model}@{revision[:8]}, downloaded", model, revision)


def prefetch(repository: str, tell: Tell) -> None:
    """Bring the tokenizer that a class body asks for into the cache, before that body can wait for minutes."""
    if _cached(repository, "main", TOKENIZER_PATTERNS):
        return
    tell(f"downloading the tokenizer {repository}, which the remote code asks for when it is imported")
    _download(repository, "main", TOKENIZER_PATTERNS)


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


def reachable(seconds: float = SECONDS) -> bool:
    """Whether the hub answers at all; a thread, because a name look-up knows no time limit."""
    if constants.HF_HUB_OFFLINE:
        return False
    answers: list[bool] = []
    asking = threading.Thread(target=lambda: answers.append(_answers(seconds)), daemon=True)
    asking.start()
    asking.join(seconds + 1)
    return any(answers)


def _answers(seconds: float) -> bool:
    request = urllib.request.Request(constants.ENDPOINT, method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=seconds):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _cached(repository: str, revision: str, patterns: tuple[str, ...]) -> Path | None:
    try:
        found = huggingface_hub.snapshot_download(
            repository, revision=revision, allow_patterns=list(patterns), local_files_only=True
        )
    except (LocalEntryNotFoundError, ValueError):
        return None
    return Path(found)


def _download(repository: str, revision: str, patterns: tuple[str, ...]) -> Path:
    if not reachable():
        raise CannotAnswer(
            f"{constants.ENDPOINT} does not answer and {repository}@{revision[:8]} is not in the cache "
            f"({constants.HF_HUB_CACHE}); where there is network run "
            f"`hf download {repository} --revision {revision}` and copy that cache, "
            "or try without hub: --synthetic tiny"
        )
    try:
        _enough_space(repository, revision, patterns)
        return Path(
            huggingface_hub.snapshot_download(repository, revision=revision, allow_patterns=list(patterns))
        )
    except HfHubHTTPError as error:
        raise Failed(f"{repository}@{revision}: {_reason(error)}") from error
    except OSError as error:
        raise CannotAnswer(f"the download of {repository} broke off ({error}): run it again, it goes on") from error


def _enough_space(repository: str, revision: str, patterns: tuple[str, ...]) -> None:
    info = huggingface_hub.HfApi().model_info(repository, revision=revision, files_metadata=True, timeout=SECONDS)
    endings = tuple(pattern.lstrip("*") for pattern in patterns)
    needed = sum(item.size or 0 for item in info.siblings or () if item.rfilename.endswith(endings))
    check_space(Path(constants.HF_HUB_CACHE), needed)


def check_space(cache: Path, needed: int) -> None:
    """Raise CannotAnswer where `needed` bytes and a spare gigabyte do not fit on the cache's disk."""
    there = next(folder for folder in (cache, *cache.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    if free < needed + SPARE:
        raise CannotAnswer(
            f"{needed / 1e9:.1f} GB are needed and {free / 1e9:.1f} GB are free on the disk of {cache}: "
            "make room, or set HF_HOME to another disk"
        )


def _reason(error: HfHubHTTPError) -> str:
    return {
        "RevisionNotFoundError": "the hub knows the repository but not this revision",
        "RepositoryNotFoundError": "the hub does not know this repository (or it is private)",
        "GatedRepoError": "this repository asks for a login",
    }.get(type(error).__name__, str(error).split("\n", 1)[0])


def _set_offline(hub: Any, constant: bool, mode: bool | None) -> None:
    constants.HF_HUB_OFFLINE = constant
    if mode is not None and hasattr(hub, "_is_offline_mode"):  # transformers 4 keeps its own copy
        hub._is_offline_mode = mode
    getattr(huggingface_hub.utils, "reset_sessions", lambda: None)()  # huggingface_hub 0.x decides per session
