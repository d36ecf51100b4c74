"""What a file holds, as plain values: tensors, containers, text whose numbers may be compared, or bytes."""

from __future__ import annotations

import csv
import gzip
import importlib
import io
import json
import pickle
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import safetensors.torch
import torch

from validation.equivalence import pickles


class Text(str):
    """A line or cell: the numbers in it count as numbers."""


class Opaque(bytes):
    """A file that could not be read safely: only its bytes can be compared."""


def read(name: str, data: bytes) -> Any:
    """The value of a file's bytes, by its name; nothing that could run code is loaded.

    What its reader refuses comes back as text where it is text, and as `Opaque` otherwise.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix == ".gz":
        return read(name[: -len(suffix)], gzip.decompress(data))
    reader = READERS.get(suffix, _text)
    try:
        return reader(data)
    except (ValueError, KeyError, EOFError, RuntimeError, ImportError, AttributeError, TypeError, OSError,
            csv.Error, pickle.UnpicklingError, safetensors.SafetensorError):  # fmt: skip
        return _text_or_bytes(data)


def lines(text: str) -> list[Text]:
    """A text by its lines; a progress bar's carriage return ends one too."""
    return [Text(line.rstrip()) for line in text.splitlines()]


def plain(array: Any) -> Any:
    """An array as a tensor; one of text, objects or records as lists, with its dtype beside it."""
    array = np.asarray(array)
    if array.dtype.names:
        return {name: plain(array[name]) for name in array.dtype.names}
    if array.dtype.kind in "biufc" and array.dtype.itemsize <= 16:
        native = np.ascontiguousarray(array).reshape(array.shape).astype(array.dtype.newbyteorder("="))
        if str(array.dtype) not in _WITHOUT_TENSOR:
            return torch.from_numpy(native)
        return {"dtype": str(array.dtype), "values": torch.from_numpy(native.astype(_WITHOUT_TENSOR[str(array.dtype)]))}
    return {"dtype": str(array.dtype), "values": array.tolist()}


#: Types that torch compares only in part, or not at all.
_WITHOUT_TENSOR = {"uint16": "int64", "uint32": "int64", "uint64": "int64", "float128": "float64"}


def _plain_inside(value: Any) -> Any:
    """Arrays and numpy's own numbers inside containers, made plain."""
    if isinstance(value, (np.ndarray, np.generic)):
        return plain(value)
    if isinstance(value, dict):
        return {key: _plain_inside(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        made = [_plain_inside(each) for each in value]
        return made if isinstance(value, list) else tuple(made)
    return value


def _torch(data: bytes) -> Any:
    return _plain_inside(torch.load(io.BytesIO(data), map_location="cpu", weights_only=True))


def _npy(data: bytes) -> Any:
    return plain(np.load(io.BytesIO(data), allow_pickle=False))


def _npz(data: bytes) -> Any:
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        return {name: plain(archive[name]) for name in archive.files}


def _hdf5(data: bytes) -> Any:
    with importlib.import_module("h5py").File(io.BytesIO(data), "r") as file:
        return _hdf5_group(file)


def _hdf5_group(group: Any) -> dict[str, Any]:
    found = {f"@{name}": plain(value) for name, value in group.attrs.items()}
    for name, item in group.items():
        found[name] = _hdf5_group(item) if hasattr(item, "items") else plain(item[()])
    return found


def _table(delimiter: str) -> Callable[[bytes], Any]:
    def reader(data: bytes) -> Any:
        rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter)
        return [[Text(cell) for cell in row] for row in rows]

    return reader


def _json(data: bytes) -> Any:
    return json.loads(data)


def _json_lines(data: bytes) -> Any:
    return [json.loads(line) for line in data.splitlines() if line.strip()]


def _pickle(data: bytes) -> Any:
    return _plain_inside(pickles.loads(data))


def _text(data: bytes) -> Any:
    return lines(data.decode("utf-8-sig"))


def _text_or_bytes(data: bytes) -> Any:
    if b"\0" in data:
        return Opaque(data)
    try:
        return _text(data)
    except UnicodeDecodeError:
        return Opaque(data)


READERS: dict[str, Callable[[bytes], Any]] = {
    **dict.fromkeys((".pt", ".pth", ".bin", ".ckpt", ".tar"), _torch),
    ".npy": _npy,
    ".npz": _npz,
    ".safetensors": safetensors.torch.load,
    **dict.fromkeys((".h5", ".hdf5", ".hdf"), _hdf5),
    ".csv": _table(","),
    **dict.fromkeys((".tsv", ".tab"), _table("\t")),
    ".json": _json,
    ".jsonl": _json_lines,
    **dict.fromkeys((".pkl", ".pickle", ".p"), _pickle),
}
