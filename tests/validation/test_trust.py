"""ENV-04a: whole files, no pickles, known code, and nothing that waits for a network."""

from __future__ import annotations

import json
import shutil
import struct
from pathlib import Path
from typing import Any

import pytest

from tests.validation.conftest import Answer, edit_tensor, lab_on
from validation import download, snapshot, synthetic, trust, weights
from validation.check import outcome_of, registered
from validation.records import FAILED, PASSED, CannotAnswer, Failed
from validation.reference import Shape

ENV_04A = next(one for one in registered() if one.name == "ENV-04a")


# --- weights

def test_the_true_shape_has_the_published_number_of_values() -> None:
    shapes = weights.expected_shapes(synthetic.SHAPES["full"])
    assert sum(weights.Stored("", size, 0).values for size in shapes.values()) == weights.PUBLISHED_VALUES


@pytest.mark.parametrize("keep", [4, 100, -1, -5000])
def test_a_partial_file_is_named(answer: Answer, copied: Path, keep: int) -> None:
    path = copied / "model.safetensors"
    path.write_bytes(path.read_bytes()[:keep])
    outcome = answer("ENV-04a", copied)
    assert outcome.status == FAILED
    assert "model.safetensors is partial or damaged" in outcome.why


def test_a_header_that_is_not_json_is_named(answer: Answer, copied: Path) -> None:
    (copied / "model.safetensors").write_bytes(struct.pack("<Q", 9) + b"not json!")
    assert "is not JSON" in answer("ENV-04a", copied).why


def test_a_file_with_bytes_too_many_is_named(answer: Answer, copied: Path) -> None:
    with (copied / "model.safetensors").open("ab") as file:
        file.write(b"\0")
    assert "partial or damaged" in answer("ENV-04a", copied).why


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "weights.ckpt"])
def test_a_pickle_is_refused(answer: Answer, copied: Path, name: str) -> None:
    (copied / "model.safetensors").rename(copied / name)
    outcome = answer("ENV-04a", copied)
    assert outcome.status == FAILED
    assert f"only pickled weights are offered ({name})" in outcome.why


def test_a_pickle_beside_safetensors_is_left_alone(answer: Answer, copied: Path) -> None:
    (copied / "pytorch_model.bin").write_bytes(b"")
    assert answer("ENV-04a", copied).status == PASSED


def test_another_shape_than_the_config_says_is_caught(answer: Answer, copied: Path) -> None:
    edit_tensor(copied, "lm_head.bias", lambda old: old[:-1])
    outcome = answer("ENV-04a", copied)
    assert outcome.status == FAILED
    assert "lm_head.bias" in outcome.why


# --- code

def test_code_that_changed_is_refused_before_it_runs(copied: Path, tmp_path: Path) -> None:
    assert outcome_of(ENV_04A, lab_on(copied, tmp_path)).status == PASSED
    code = copied / "modeling_fastesm.py"
    code.write_text("raise SystemExit('it ran')\n" + code.read_text())
    outcome = outcome_of(ENV_04A, lab_on(copied, tmp_path))
    assert outcome.status == FAILED
    assert "is not what was trusted earlier (modeling_fastesm.py" in outcome.why
    assert "--trust-new-code" in outcome.why


def test_a_new_file_beside_trusted_code_is_refused(copied: Path, tmp_path: Path) -> None:
    outcome_of(ENV_04A, lab_on(copied, tmp_path))
    (copied / "helper.py").write_text("x = 1\n")
    assert "helper.py new" in outcome_of(ENV_04A, lab_on(copied, tmp_path)).why


def test_changed_code_can_be_accepted_once_for_all(copied: Path, tmp_path: Path) -> None:
    outcome_of(ENV_04A, lab_on(copied, tmp_path))
    (copied / "helper.py").write_text("x = 1\n")
    accepted = outcome_of(ENV_04A, lab_on(copied, tmp_path, trust_new_code=True))
    assert (accepted.status, len(accepted.warnings)) == (PASSED, 1)
    again = outcome_of(ENV_04A, lab_on(copied, tmp_path))
    assert (again.status, again.warnings) == (PASSED, ())


def test_code_seen_for_the_first_time_is_said(copied: Path, tmp_path: Path) -> None:
    outcome = outcome_of(ENV_04A, lab_on(copied, tmp_path))
    assert "first seen, now trusted" in outcome.warnings[0]
    lock = json.loads((tmp_path / "lock.json").read_text())
    assert lock == {str(copied): {"modeling_fastesm.py": trust.digest(copied / "modeling_fastesm.py")}}


def test_trusting_one_model_keeps_the_others(tmp_path: Path) -> None:
    lock = tmp_path / "lock.json"
    code = (trust.CodeFile("a.py", "1" * 64, (), ()),)
    assert trust.compare(code, "one", lock, accept=False) == trust.FIRST
    assert trust.compare(code, "two", lock, accept=False) == trust.FIRST
    assert trust.compare(code, "one", lock, accept=False) == trust.SAME


def test_a_damaged_lock_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "lock.json").write_text("{")
    with pytest.raises(Failed, match="is not JSON"):
        trust.read_lock(tmp_path / "lock.json")


def test_code_of_a_newer_python_is_named(copied: Path, tmp_path: Path) -> None:
    (copied / "modeling_fastesm.py").write_text("def f(:\n")
    assert "cannot be parsed" in outcome_of(ENV_04A, lab_on(copied, tmp_path)).why


def test_imports_and_downloads_of_code_are_listed_without_running_it(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text(
        "import os, numpy.linalg\nfrom .other import x\n"
        "class Model:\n    tokenizer = T.from_pretrained('owner/asked')\n"
        "    def f(self):\n        return T.from_pretrained('owner/only-when-called')\n"
        "if __name__ == '__main__':\n    T.from_pretrained('owner/never')\n"
    )
    (code,) = trust.code_files(tmp_path)
    assert code.imports == (".other", "numpy", "os")
    assert code.downloads == ("owner/asked",)


def test_a_checkpoint_without_code_says_how_to_load_it(answer: Answer, copied: Path) -> None:
    (copied / "modeling_fastesm.py").unlink()
    assert "--no-remote-code" in answer("ENV-04a", copied).why
    assert answer("ENV-04a", copied, remote_code=False).status == PASSED


# --- hub

@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(download, "reachable", lambda: False)
    monkeypatch.setattr(snapshot.constants, "HF_HUB_CACHE", str(tmp_path / "cache"))


@pytest.mark.usefixtures("no_network")
def test_without_network_it_is_said_how_to_fetch_ahead(tmp_path: Path) -> None:
    outcome = outcome_of(ENV_04A, lab_on(Path("Synthyra/FastESM2_650"), tmp_path))
    assert (outcome.status, outcome.cannot_answer) == (FAILED, True)
    assert f"hf download Synthyra/FastESM2_650 --revision {snapshot.DEFAULT_REVISION}" in outcome.why


@pytest.mark.usefixtures("no_network")
def test_a_tokenizer_that_the_code_asks_for_is_missed_at_once(copied: Path, tmp_path: Path) -> None:
    code = copied / "modeling_fastesm.py"
    code.write_text(code.read_text() + "\nTOKENIZER = EsmTokenizer.from_pretrained('facebook/esm2_t6_8M_UR50D')\n")
    outcome = outcome_of(ENV_04A, lab_on(copied, tmp_path))
    assert outcome.cannot_answer
    assert "facebook/esm2_t6_8M_UR50D@main is not whole in the cache" in outcome.why


@pytest.mark.usefixtures("no_network")
def test_a_cached_checkpoint_needs_no_network(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    revision = "0" * 40
    shutil.copytree(checkpoint, cache / "models--owner--name" / "snapshots" / revision)
    monkeypatch.setattr(
        snapshot.huggingface_hub, "snapshot_download",
        _with_cache(snapshot.huggingface_hub.snapshot_download, cache),
    )
    found = snapshot.find("owner/name", revision, lambda _: None)
    assert found.folder.name == revision
    assert "from the cache" in found.source


def _with_cache(original: Any, cache: Path) -> Any:
    return lambda *arguments, **options: original(*arguments, cache_dir=str(cache), **options)


def test_a_folder_that_does_not_exist_is_named() -> None:
    with pytest.raises(Failed, match=r"no folder \./nowhere"):
        snapshot.find("./nowhere", "main", lambda _: None)


def test_a_disk_that_is_too_small_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotAnswer, match="HF_HOME"):
        download.check_space(tmp_path / "not" / "yet", 1 << 60)


def test_a_disk_with_room_is_left_alone(tmp_path: Path) -> None:
    assert download.check_space(tmp_path, 0) is None  # type: ignore[func-returns-value]


def test_the_hub_is_not_asked_while_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "_answers", lambda seconds: True)
    assert download.reachable()
    with snapshot.offline():
        assert snapshot.constants.HF_HUB_OFFLINE is True
        assert not download.reachable()
    assert download.reachable()


def test_a_name_lookup_that_hangs_does_not_hold_up_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    never = threading.Event()
    monkeypatch.setattr(download, "_answers", lambda seconds: never.wait(30))
    assert not download.reachable(seconds=-0.9)
    never.set()


def test_arithmetic_of_the_true_shape_is_the_published_formula() -> None:
    shape: Shape = synthetic.SHAPES["full"]
    assert shape.flops(length=512, tokens=1) == pytest.approx(1.2976e9 + 168_960 * 512, rel=1e-4)
