"""The libraries that only the conversion needs, asked for before anything is read."""

from __future__ import annotations

import re
from importlib import import_module

from codemod.errors import UnusableInput

#: torch: below 2.6 `weights_only=True` can be made to run code (CVE-2025-32434). transformers: 4.36 is the first that
#: takes `attn_implementation`, and attention maps (so contacts) need `eager`.
NEEDS = {"torch": (2, 6), "transformers": (4, 36), "safetensors": (0, 4)}


def require() -> None:
    """Raises UnusableInput, naming all that is needed, for the first library that is missing or too old."""
    for name, least in NEEDS.items():
        found = _version(name)
        if found is None or _numbers(found) < least:
            raise UnusableInput(
                f"convert needs {name} >= {_text(least)} ({'not installed' if found is None else f'{found} is here'}): "
                + "pip install "
                + " ".join(f'"{item}>={_text(version)}"' for item, version in NEEDS.items())
            )


def _version(name: str) -> str | None:
    try:
        return str(import_module(name).__version__)
    except ImportError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def _text(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
