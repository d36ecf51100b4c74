"""The checkpoint file, read as data: what weights it holds, by fair-esm's own names, and what it says of them."""

from __future__ import annotations

import argparse
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

from codemod.convert import families
from codemod.convert.wording import shown, some
from codemod.errors import UnusableInput

if TYPE_CHECKING:
    from torch import Tensor

#: Where training code puts a state dict inside its file: plainly, and as PyTorch Lightning does.
_WRAPPERS = ("model", "model_state_dict", "state_dict")
_FAIRSEQ = "encoder.sentence_encoder."
_EMBEDDING = "embed_tokens.weight"


@dataclass(frozen=True)
class Checkpoint:
    """Tensors by the names of fair-esm's `ESM2` or `ProteinBertModel`; `settings` is empty for a bare state dict."""

    tensors: Mapping[str, Tensor]
    settings: Mapping[str, Any] = field(default_factory=dict)


def read(path: Path) -> Checkpoint:
    """A fair-esm download with the contact regression beside it, or a state dict of such a model.

    The regression beside it wins over one inside, as in fair-esm. Raises UnusableInput for any other file, saying what
    it is where that can be told. Nothing pickled is run.
    """
    raw = unpickle(path)
    settings, tensors = _settings(raw), _tensors(raw)
    why = families.by_architecture(str(settings["arch"])) if "arch" in settings else None
    why = why or families.by_tensors(tensors) or _without_weights(tensors)
    if why:
        raise UnusableInput(f"{shown(path)} cannot be converted: {why}")
    return Checkpoint({**_plain_names(path, tensors), **_regression(regression_file(path))}, settings)


def regression_file(path: Path) -> Path:
    """Where fair-esm looks for the contact regression of a local checkpoint."""
    return path.with_name(f"{path.stem}-contact-regression.pt")


def unpickle(path: Path) -> Any:
    """What `torch.save` wrote, built from tensors, containers, numbers and `argparse.Namespace` only.

    Raises UnusableInput for a file that asks for anything else, and for one that is damaged.
    """
    import torch

    # Downloads keep their settings in an argparse.Namespace, which `weights_only` does not know. It is safe to allow: a
    # bag of attributes without __reduce__, __setstate__ or any other code that unpickling could reach.
    with torch.serialization.safe_globals([argparse.Namespace]):
        try:
            return torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
        except OSError as error:
            raise UnusableInput(f"{shown(path)} cannot be read: {error.strerror or error}") from error
        except Exception as error:  # foreign bytes: torch raises half a dozen types for them
            raise UnusableInput(f"{shown(path)} {_unreadable(str(error))}") from error


def _unreadable(message: str) -> str:
    found = re.search(r"GLOBAL ([\w.]+)", message)
    if found is None:
        return "is no whole PyTorch checkpoint: damaged, cut off (download it again), or of another kind"
    name = found[1]
    why = families.by_class(name) or "only tensors and settings are; save the model's state dict and convert that"
    return f"was refused, nothing in it was run: unpickling it would use {name}, which is not allowed here; {why}"


def _settings(raw: Any) -> Mapping[str, Any]:
    """`cfg["model"]` of an ESM-2 download or `args` of an older one, without the prefix that fairseq gives names."""
    if not isinstance(raw, Mapping):
        return {}
    config = raw.get("cfg")
    found = config.get("model") if isinstance(config, Mapping) else raw.get("args")
    if not isinstance(found, argparse.Namespace):
        return {}
    plain = {name.split("encoder_")[-1]: value for name, value in vars(found).items()}
    return {**plain, "arch": "roberta_large"} if isinstance(config, Mapping) else plain


def _tensors(raw: Any) -> dict[str, Tensor]:
    from torch import Tensor

    inside = [raw, *(raw.get(key) for key in _WRAPPERS)] if isinstance(raw, Mapping) else []
    for state in inside:
        if isinstance(state, Mapping) and state and all(isinstance(value, Tensor) for value in state.values()):
            return {str(name): value.detach() for name, value in state.items()}
    return {}


def _without_weights(tensors: Mapping[str, Tensor]) -> Optional[str]:
    return None if tensors else f"there is no state dict in it, neither at the top nor below {', '.join(_WRAPPERS)}"


def _regression(path: Path) -> dict[str, Tensor]:
    if not path.exists():
        return {}
    tensors = _tensors(unpickle(path))
    if not tensors:
        raise UnusableInput(f"{shown(path)} holds no contact regression; move it away to convert without contacts")
    return _plain_names(path, tensors)


def _plain_names(path: Path, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Without one common prefix (`model.`, `module.`), and without fairseq's own inside it."""
    prefix = _prefix(tensors)
    outside = [name for name in tensors if not name.startswith(prefix)]
    if outside:
        raise UnusableInput(
            f"{shown(path)} holds more than the language model below {prefix!r} ({some(outside)}): convert the state "
            "dict of that part alone"
        )
    inner = re.compile(rf"{re.escape(_FAIRSEQ)}|encoder\.")
    plain = {name[len(prefix) :]: value for name, value in tensors.items()}
    return {name[match.end() :] if (match := inner.match(name)) else name: value for name, value in plain.items()}


def _prefix(names: Iterable[str]) -> str:
    found = [name[: -len(_EMBEDDING)] for name in names if name.endswith(_EMBEDDING)]
    if len(found) != 1:
        return ""
    return found[0][: -len(_FAIRSEQ)] if found[0].endswith(_FAIRSEQ) else found[0]
