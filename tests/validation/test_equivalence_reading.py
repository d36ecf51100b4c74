"""Files are read by their kind, without running anything that is in them; what cannot be read is compared as bytes."""

from __future__ import annotations

import gzip
import io
import os
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import save  # noqa: E402

from validation.equivalence.comparing import Comparison, compare  # noqa: E402
from validation.equivalence.numbers import bound_of, split  # noqa: E402
from validation.equivalence.reading import Opaque, Text, read  # noqa: E402


class Planted:
    """Would make a file if it were unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return os.mkdir, (str(self.path),)


def saved(write: Callable[..., object], *values: object, **named: object) -> bytes:
    """What a writer that takes a file first writes into it."""
    file = io.BytesIO()
    write(file, *values, **named)
    return file.getvalue()


def torch_file(value: object) -> bytes:
    return saved(lambda file: torch.save(value, file))


FLOATS = np.array([0.5, 1.5], dtype=np.float32)
TENSOR = torch.from_numpy(FLOATS)
KINDS = {
    "a.pt": (torch_file({"x": TENSOR, "names": ["a"]}), {"x": TENSOR, "names": ["a"]}),
    "a.npy": (saved(np.save, FLOATS), TENSOR),
    "a.npz": (saved(np.savez, x=FLOATS), {"x": TENSOR}),
    "a.safetensors": (save({"x": TENSOR}), {"x": TENSOR}),
    "a.csv": (b"id,score\np1,0.5\n", [[Text("id"), Text("score")], [Text("p1"), Text("0.5")]]),
    "a.tsv": (b"p1\t0.5\n", [[Text("p1"), Text("0.5")]]),
    "a.json": (b'{"x": [0.5, "a"]}', {"x": [0.5, "a"]}),
    "a.jsonl": (b'{"x": 1}\n\n{"x": 2}\n', [{"x": 1}, {"x": 2}]),
    "a.txt": ("größe 0.5\r\nend".encode(), [Text("größe 0.5"), Text("end")]),
    "a.csv.gz": (gzip.compress(b"0.5\n"), [[Text("0.5")]]),
    "a.pkl": (pickle.dumps(OrderedDict(x=FLOATS, y=TENSOR)), {"x": TENSOR, "y": TENSOR}),
    "words.npy": (saved(np.save, np.array(["a", "b"])), {"dtype": "<U1", "values": ["a", "b"]}),
    "wrong.json": (b"{not json", [Text("{not json")]),
    "picture.png": (b"\x89PNG\0\xff", Opaque(b"\x89PNG\0\xff")),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_file_is_read_by_its_kind(name: str) -> None:
    data, expected = KINDS[name]
    found, result = read(name, data), Comparison()
    compare("it", dict(found) if isinstance(expected, dict) else found, expected, result)
    assert result.problems == []
    assert result.floats + result.values > 0


@pytest.mark.parametrize("name", ["a.pt", "a.npy", "a.npz", "a.pkl"])
def test_nothing_in_a_file_is_run(tmp_path: Path, name: str) -> None:
    planted = Planted(tmp_path / "planted")
    data = {
        "a.pt": lambda: torch_file(planted),
        "a.npy": lambda: saved(np.save, np.array([planted], dtype=object), allow_pickle=True),
        "a.npz": lambda: saved(np.savez, x=np.array([planted], dtype=object)),
        "a.pkl": lambda: pickle.dumps(planted),
    }[name]()
    assert isinstance(read(name, data), (Opaque, list))
    assert not (tmp_path / "planted").exists()


def test_hdf5_is_read_where_h5py_is_there() -> None:
    h5py = pytest.importorskip("h5py")
    file = io.BytesIO()
    with h5py.File(file, "w") as written:
        written.create_group("group")["x"] = FLOATS
        written.attrs["layer"] = 33
    found = read("a.h5", file.getvalue())
    assert torch.equal(found["group"]["x"], TENSOR)
    assert found["@layer"].item() == 33


def test_hdf5_without_h5py_is_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    assert isinstance(read("a.h5", b"\x89HDF\r\n\x1a\n\0"), Opaque)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("loss 0.5, at 1e-3.", ("0.5", "1e-3")),
        ("tensor([[-0.1234, nan]])", ("-0.1234", "nan")),
        ("12 of 40 in esm2_t6 v1.2.3 at 10.0.0.1", ()),
        ("P12345.1 and x0.5", ()),
    ],
)
def test_numbers_in_text_are_floats_alone(text: str, numbers: tuple[str, ...]) -> None:
    assert split(text)[1] == numbers


@pytest.mark.parametrize(
    ("one", "other", "bound"),
    [("0.123456", "0.2", 1e-4), ("0.123", "0.124", 1.001e-3), ("0.1", "0.2", 1e-4), ("1000.50", "1000.51", 0.10005)],
)
def test_the_bound_of_printed_numbers(one: str, other: str, bound: float) -> None:
    assert bound_of(one, other) == pytest.approx(bound)
