"""One tiny synthetic checkpoint for the whole session, and a lab on it or on a copy with a planted fault."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest
import torch
import transformers.dynamic_module_utils
from safetensors.torch import load_file, save_file

from validation import synthetic
from validation.check import outcome_of, registered
from validation.lab import Lab, Settings
from validation.records import Outcome

Answer = Callable[..., Outcome]


@pytest.fixture(autouse=True, scope="session")
def _quiet_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Remote code is copied into a folder of this session, and two cores are shared with other programs."""
    patch = pytest.MonkeyPatch()
    patch.setattr(transformers.dynamic_module_utils, "HF_MODULES_CACHE", str(tmp_path_factory.mktemp("modules")))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
    patch.undo()


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthetic.write(tmp_path_factory.mktemp("checkpoint") / "sound", "tiny")


@pytest.fixture
def copied(checkpoint: Path, tmp_path: Path) -> Path:
    """A checkpoint of this test's own, to be damaged; a new name, since Python keeps modules by name."""
    return Path(shutil.copytree(checkpoint, tmp_path / f"faulty_{abs(hash(str(tmp_path)))}"))


@pytest.fixture
def answer(tmp_path: Path) -> Answer:
    """The outcome of one check on a folder."""

    def ask(name: str, folder: Path, **options: object) -> Outcome:
        lab = lab_on(folder, tmp_path, **options)
        return outcome_of(check_named(name), lab)

    return ask


def lab_on(folder: Path, tmp_path: Path, **options: object) -> Lab:
    chosen = {"model": str(folder), "device": "cpu", "lock": tmp_path / "lock.json", **options}
    return Lab(Settings(**chosen))  # type: ignore[arg-type]


def check_named(name: str):  # type: ignore[no-untyped-def]
    return next(one for one in registered() if one.name == name)


def edit_code(folder: Path, old: str, new: str) -> None:
    """Plant a fault in the remote code; the place must be there exactly once."""
    path = folder / "modeling_fastesm.py"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new), encoding="utf-8")


def edit_tensor(folder: Path, name: str, change: Callable[[torch.Tensor], torch.Tensor]) -> None:
    path = folder / "model.safetensors"
    tensors = load_file(path)
    tensors[name] = change(tensors[name]).contiguous()
    save_file(tensors, path, metadata={"format": "pt"})
