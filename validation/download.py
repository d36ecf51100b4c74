"""From the hub into its cache: asked first, with progress, and every refusal in one line within seconds."""

from __future__ import annotations

import errno
import logging
import shutil
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable

import huggingface_hub
from huggingface_hub import constants

from validation.records import CannotAnswer, Failed

SECONDS = 5.0
SPARE = 1 << 30
#: Libraries through which the several releases of huggingface_hub speak HTTP; their errors share no class.
NETWORK = ("requests", "urllib3", "httpx", "httpx2", "httpcore", "httpcore2")
REFUSALS = {
    "RevisionNotFoundError": "the hub knows the repository but not this revision",
    "GatedRepoError": "this repository asks for a login: accept its terms on its page, then `hf auth login`",
    "RepositoryNotFoundError": "the hub does not know this repository (or it is private: `hf auth login`)",
}
NOT_THERE = (
    "{endpoint} does not answer and {what} is not whole in the cache ({cache}); where there is network run "
    "`hf download {repository} --revision {revision}` and copy that cache, or try without hub: --synthetic tiny"
)
BROKE_OFF = "the download of {what} broke off ({why}): run it again, files that arrived whole are kept"
NO_ROOM = "{needed:.1f} GB are needed and {free:.1f} GB are free on the disk of {cache}: make room, or set HF_HOME " \
    "to another disk"

Tell = Callable[[str], None]


def download(repository: str, revision: str, patterns: tuple[str, ...], tell: Tell) -> Path:
    """Bring the files that match into the hub's cache, and return their folder.

    Raises CannotAnswer without network or disk space, Failed for a repository or revision that does not exist.
    """
    what = f"{repository}@{revision[:8]}"
    if not reachable():
        raise CannotAnswer(NOT_THERE.format(
            endpoint=constants.ENDPOINT, what=what, cache=constants.HF_HUB_CACHE, repository=repository,
            revision=revision,
        ))
    try:
        with _quiet():
            files = _files(repository, revision, patterns)
            check_space(Path(constants.HF_HUB_CACHE), sum(files.values()) - _present(repository, files))
            with _progress(repository, what, files, tell):
                return Path(
                    huggingface_hub.snapshot_download(repository, revision=revision, allow_patterns=list(patterns))
                )
    except Exception as error:
        raise _translated(error, what) from error


def reachable(seconds: float = SECONDS) -> bool:
    """Whether the hub answers at all; a thread, because a name look-up knows no time limit."""
    if constants.HF_HUB_OFFLINE:
        return False
    answers: list[bool] = []
    asking = threading.Thread(target=lambda: answers.append(_answers(seconds)), daemon=True)
    asking.start()
    asking.join(seconds + 1)
    return any(answers)


def check_space(cache: Path, needed: int) -> None:
    """Raise CannotAnswer where `needed` bytes and a spare gigabyte do not fit on the cache's disk."""
    there = next(folder for folder in (cache, *cache.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    if free < needed + SPARE:
        raise CannotAnswer(NO_ROOM.format(needed=(needed + SPARE) / 1e9, free=free / 1e9, cache=cache))


def _answers(seconds: float) -> bool:
    request = urllib.request.Request(constants.ENDPOINT, method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=seconds):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _files(repository: str, revision: str, patterns: tuple[str, ...]) -> dict[str, int]:
    """Bytes of each file that matches, by its name in the cache: a large file's sha256, a small one's id in git."""
    info = huggingface_hub.HfApi().model_info(repository, revision=revision, files_metadata=True, timeout=SECONDS)
    endings = tuple(pattern.lstrip("*") for pattern in patterns)
    wanted = (item for item in info.siblings or () if item.rfilename.endswith(endings))
    return {(item.lfs.sha256 if item.lfs else item.blob_id) or item.rfilename: item.size or 0 for item in wanted}


def _present(repository: str, files: Mapping[str, int]) -> int:
    """Bytes of these files that lie in the cache already, unfinished ones included."""
    blobs = Path(constants.HF_HUB_CACHE, f"models--{repository.replace('/', '--')}", "blobs")
    sizes = ((size, [path.stat().st_size for path in blobs.glob(f"{name}*")]) for name, size in files.items())
    return sum(min(size, max(found, default=0)) for size, found in sizes)


@contextmanager
def _progress(repository: str, what: str, files: Mapping[str, int], tell: Tell) -> Iterator[None]:
    """Say what share has arrived, by looking at the cache: the releases of huggingface_hub agree on nothing else."""
    total, done = sum(files.values()), threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            try:
                share = _present(repository, files) / max(total, 1)
            except OSError:  # an unfinished file was just renamed
                continue
            tell(f"downloading {what}: {share:.0%} of {_size(total)}")

    tell(f"downloading {what}: {_size(total)} into {constants.HF_HUB_CACHE}")
    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield
    finally:
        done.set()
        watching.join()


@contextmanager
def _quiet() -> Iterator[None]:
    """No bars and no line for each retry: progress is told, and what went wrong is said once."""
    utils: Any = huggingface_hub.utils
    level, bars = utils.logging.get_verbosity(), utils.are_progress_bars_disabled()
    utils.logging.set_verbosity(logging.CRITICAL)
    utils.disable_progress_bars()
    try:
        yield
    finally:
        utils.logging.set_verbosity(level)
        if not bars:
            utils.enable_progress_bars()


def _translated(error: Exception, what: str) -> Exception:
    """The error in our words: a plain no, or a question that could not be answered; others as they are."""
    names = [kind.__name__ for kind in type(error).__mro__]
    refusal = next((words for name, words in REFUSALS.items() if name in names), None)
    if refusal:
        return Failed(f"{what}: {refusal}")
    if getattr(error, "errno", None) == errno.ENOSPC:
        return CannotAnswer(f"the disk of {constants.HF_HUB_CACHE} is full: make room, or set HF_HOME to another disk")
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status and status < 500 and status != 429:
        return Failed(f"{what}: the hub answers {status} ({_first_line(error)})")
    if status:
        return CannotAnswer(f"{what}: the hub answers {status}: try again later")
    if isinstance(error, OSError) or any(kind.__module__.split(".")[0] in NETWORK for kind in type(error).__mro__):
        return CannotAnswer(BROKE_OFF.format(what=what, why=_first_line(error)))
    return error


def _size(count: int) -> str:
    return f"{count / 1e9:.2f} GB" if count >= 1e8 else f"{count / 1e6:.2f} MB"


def _first_line(error: Exception) -> str:
    text: Any = str(error) or type(error).__name__
    return str(text.strip().split("\n", 1)[0])
