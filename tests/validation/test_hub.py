"""ENV-04a against a small Hub on this machine: downloads, the cache, and each way in which a hub fails."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import time
import types
from collections.abc import Iterator
from pathlib import Path

import huggingface_hub.file_download
import pytest

from tests.validation.conftest import check_named, edit_code, lab_on
from tests.validation.hub import FakeHub
from validation import download, snapshot
from validation.check import outcome_of
from validation.records import FAILED, PASSED, CannotAnswer, Failed, Outcome

NAME, COMMIT = "owner/tiny", "c0ffee" + "0" * 34
FILES = ["config.json", "model.safetensors", "modeling_fastesm.py", "tokenizer_config.json", "vocab.txt"]
TOKENIZER = "\nTOKENIZER = EsmTokenizer.from_pretrained('facebook/esm2_t6_8M_UR50D')\n"


@pytest.fixture
def hub(checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """The hub that huggingface_hub asks, with one repository, and an empty cache."""
    server = FakeHub()
    server.publish(NAME, checkpoint, COMMIT)
    template = server.address + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(snapshot.constants, "ENDPOINT", server.address)
    monkeypatch.setattr(snapshot.constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(huggingface_hub.file_download, "HUGGINGFACE_CO_URL_TEMPLATE", template, raising=False)
    monkeypatch.setattr(snapshot.constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(snapshot.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(snapshot.constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    yield server
    server.stop()


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """huggingface_hub waits a second before each of its own retries."""
    still = types.SimpleNamespace(**{**vars(time), "sleep": lambda _: None})
    monkeypatch.setattr(huggingface_hub.file_download, "time", still)


def find(revision: str = COMMIT, name: str = NAME) -> tuple[snapshot.Snapshot, list[str]]:
    told: list[str] = []
    return snapshot.find(name, revision, told.append), told


def ask(tmp_path: Path, **options: object) -> Outcome:
    return outcome_of(check_named("ENV-04a"), lab_on(Path(NAME), tmp_path, revision=COMMIT, **options))


# --- a hub that answers

def test_a_checkpoint_is_downloaded_with_progress(hub: FakeHub) -> None:
    found, told = find()
    assert sorted(path.name for path in found.folder.iterdir()) == FILES
    assert (found.source, found.revision) == (f"{NAME}@c0ffee00, downloaded", COMMIT)
    assert told[0].startswith(f"downloading {NAME}@c0ffee00: 0.44 MB into ")


def test_the_share_that_arrived_is_told(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch = snapshot.huggingface_hub.snapshot_download

    def slowly(*arguments: object, **options: object) -> object:
        found = fetch(*arguments, **options)
        if "local_files_only" not in options:
            time.sleep(0.6)  # until the progress was looked at
        return found

    monkeypatch.setattr(snapshot.huggingface_hub, "snapshot_download", slowly)
    assert f"downloading {NAME}@c0ffee00: 100% of 0.44 MB" in find()[1]


def test_a_pickle_is_never_downloaded(hub: FakeHub, copied: Path) -> None:
    (copied / "pytorch_model.bin").write_bytes(b"cos\nsystem\n")
    hub.publish(NAME, copied, COMMIT)
    assert sorted(path.name for path in find()[0].folder.iterdir()) == FILES
    assert not hub.asked("pytorch_model.bin")


@pytest.mark.parametrize("revision", [COMMIT, "main"])
def test_the_second_time_the_hub_is_not_asked_at_all(hub: FakeHub, revision: str) -> None:
    find(revision)
    hub.requests.clear()
    found, told = find(revision)
    assert (found.revision, told, hub.requests) == (COMMIT, [], [])
    assert "from the cache" in found.source


def test_a_cached_checkpoint_needs_no_hub(hub: FakeHub, tmp_path: Path) -> None:
    assert ask(tmp_path).status == PASSED
    hub.stop()
    assert ask(tmp_path).status == PASSED


def test_a_branch_is_reported_as_the_commit_it_was(hub: FakeHub, tmp_path: Path) -> None:
    lab = lab_on(Path(NAME), tmp_path, revision="main")
    assert lab.weights_are == f"{NAME}@main"
    assert outcome_of(check_named("ENV-04a"), lab).status == PASSED
    assert (lab.revision, lab.weights_are) == (COMMIT, f"{NAME}@{COMMIT}")


def test_what_the_class_body_downloads_is_fetched_before_it_runs(
    hub: FakeHub, copied: Path, checkpoint: Path, tmp_path: Path
) -> None:
    (copied / "modeling_fastesm.py").write_text((copied / "modeling_fastesm.py").read_text() + TOKENIZER)
    hub.publish(NAME, copied, COMMIT)
    hub.publish("facebook/esm2_t6_8M_UR50D", checkpoint, "d" * 40)
    outcome = ask(tmp_path)
    assert (outcome.status, outcome.why) == (PASSED, "")
    assert hub.asked("facebook/esm2_t6_8M_UR50D/resolve")
    assert not [request for request in hub.asked("facebook/") if request.endswith("safetensors")]


def test_a_tokenizer_that_the_hub_does_not_have_is_named(hub: FakeHub, copied: Path, tmp_path: Path) -> None:
    (copied / "modeling_fastesm.py").write_text((copied / "modeling_fastesm.py").read_text() + TOKENIZER)
    hub.publish(NAME, copied, COMMIT)
    assert "facebook/esm2_t6_8M_UR50D@main: the hub does not know this repository" in ask(tmp_path).why


def test_changed_code_of_the_same_model_is_refused_until_it_is_accepted(
    hub: FakeHub, copied: Path, tmp_path: Path
) -> None:
    assert ask(tmp_path).status == PASSED
    edit_code(copied, "import torch\n", "import os, torch\n")
    hub.publish(NAME, copied, "f" * 40)
    lab = lab_on(Path(NAME), tmp_path, revision="main")
    refused = outcome_of(check_named("ENV-04a"), lab)
    assert refused.status == FAILED
    assert f"the remote code of {NAME} is not what was trusted earlier (modeling_fastesm.py" in refused.why
    accepting = lab_on(Path(NAME), tmp_path, revision="main", trust_new_code=True)
    assert outcome_of(check_named("ENV-04a"), accepting).status == PASSED
    assert outcome_of(check_named("ENV-04a"), lab_on(Path(NAME), tmp_path, revision="main")).status == PASSED


# --- a hub that refuses: a plain no

@pytest.mark.parametrize(("name", "revision", "words"), [
    (NAME, "b" * 40, "bbbbbbbb: the hub knows the repository but not this revision"),
    (NAME, "no-branch", "the hub knows the repository but not this revision"),
    ("owner/none", COMMIT, "the hub does not know this repository (or it is private"),
])
def test_an_unknown_name_or_revision_is_a_plain_no(hub: FakeHub, name: str, revision: str, words: str) -> None:
    with pytest.raises(Failed) as raised:
        find(revision, name)
    assert words in str(raised.value)
    assert len(hub.requests) == 2  # whether it answers, and the question


def test_a_gated_repository_asks_for_a_login(hub: FakeHub) -> None:
    hub.gated.add(NAME)
    with pytest.raises(Failed, match="asks for a login: accept its terms on its page, then `hf auth login`"):
        find()


# --- a hub that fails: no answer, and what to do

@pytest.mark.usefixtures("no_waiting")
def test_a_download_that_breaks_off_is_said_and_the_next_run_completes_it(hub: FakeHub, tmp_path: Path) -> None:
    hub.cut = [1000] + [0] * 20
    outcome = ask(tmp_path)
    assert (outcome.status, outcome.cannot_answer) == (FAILED, True)
    assert f"the download of {NAME}@c0ffee00 broke off (" in outcome.why
    assert "run it again, files that arrived whole are kept" in outcome.why
    hub.cut = []
    hub.requests.clear()
    assert ask(tmp_path).status == PASSED
    assert not [request for request in hub.asked("config.json") if request.startswith("GET")]


@pytest.mark.usefixtures("no_waiting")
def test_half_a_cache_without_a_hub_is_not_taken_for_whole(hub: FakeHub, tmp_path: Path) -> None:
    hub.cut = [1000] + [0] * 20
    assert ask(tmp_path).cannot_answer
    hub.stop()
    assert "is not whole in the cache" in ask(tmp_path).why


@pytest.mark.parametrize("missing", FILES[:3] + FILES[4:])
def test_a_cache_without_one_file_is_completed(hub: FakeHub, missing: str) -> None:
    (find()[0].folder / missing).unlink()
    hub.requests.clear()
    assert (find()[0].folder / missing).exists()
    assert hub.asked(missing)


def test_bytes_that_changed_on_the_way_are_caught_and_can_be_fetched_again(hub: FakeHub, tmp_path: Path) -> None:
    hub.damage = (find()[0].folder / "model.safetensors").read_bytes()[:-4] + b"\x00\x00\x80\x3f"  # the header is right
    shutil.rmtree(tmp_path / "cache")
    outcome = ask(tmp_path)
    assert outcome.status == FAILED
    assert "model.safetensors is damaged (its sha256 is not the one that the hub names it by): delete " in outcome.why
    blob = Path(outcome.why.split("delete ")[1].split(" and run")[0])
    hub.damage = b""
    blob.unlink()
    assert ask(tmp_path).status == PASSED


def test_code_that_changed_in_the_cache_is_caught(hub: FakeHub, tmp_path: Path) -> None:
    code = (find()[0].folder / "modeling_fastesm.py").resolve()
    code.write_text(code.read_text() + "\n")
    assert "modeling_fastesm.py is damaged (its git id" in ask(tmp_path).why


def test_files_of_a_local_folder_have_no_names_to_keep_to(checkpoint: Path) -> None:
    assert list(snapshot.damaged(checkpoint)) == []


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_hub_in_trouble_is_no_answer(hub: FakeHub, status: int) -> None:
    hub.broken = status
    with pytest.raises(CannotAnswer, match=f"the hub answers {status}: try again later"):
        find()


def test_a_hub_that_is_gone_is_said_at_once(hub: FakeHub) -> None:
    hub.stop()
    with pytest.raises(CannotAnswer, match="does not answer and owner/tiny@c0ffee00 is not whole in the cache"):
        find()
    assert hub.requests == []


def test_a_disk_without_room_is_said_before_anything_is_downloaded(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download.shutil, "disk_usage", lambda _: types.SimpleNamespace(free=10**9))
    with pytest.raises(CannotAnswer, match=r"1\.1 GB are needed and 1\.0 GB are free .* HF_HOME"):
        find()
    assert not hub.asked("resolve")


def test_a_disk_that_fills_up_on_the_way_is_said(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(huggingface_hub.file_download, "http_get", full)
    with pytest.raises(CannotAnswer, match=r"the disk of .* is full: make room, or set HF_HOME"):
        find()


# --- the whole command

def test_the_command_fetches_checks_and_says_where_the_weights_are_from(hub: FakeHub, tmp_path: Path) -> None:
    environment = {**os.environ, "HF_ENDPOINT": hub.address, "HF_HOME": str(tmp_path / "home"), "OMP_NUM_THREADS": "1"}
    for name in ("HF_HUB_OFFLINE", "HF_HUB_CACHE", "TRANSFORMERS_OFFLINE"):
        environment.pop(name, None)
    root = Path(__file__).parents[2]
    words = ["--device", "cpu", "--model", NAME, "--revision", COMMIT, "--only", "ENV-04b"]
    done = subprocess.run(
        [sys.executable, "-m", "validation", *words], cwd=tmp_path, env={**environment, "PYTHONPATH": str(root)},
        capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ENV-04a:passed ENV-04b:passed | CPU" in done.stdout
    assert f"{NAME}@{COMMIT}" in done.stdout.splitlines()[-1]
    assert f"... downloading {NAME}@c0ffee00: 0.44 MB into " in done.stderr
    assert "it/s" not in done.stderr
    assert len(hub.asked("GET /store")) == 1
