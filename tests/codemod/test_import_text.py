"""What the import statements of a file name, read from its bytes alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemod.files.candidates import import_text, names_any
from codemod.files.repository import Repository
from tests.codemod.trees import grow

NAMING = [
    b"import units",
    b"import os, units as u",
    b"from units import load",
    b"from units import *",
    b"from package import units",
    b"from package.units import load",
    b"from . import units",
    b"from .units import load",
    b"from package import (\n    other,\n    units,\n)",
    b"from package import (other,  # one\r\n    units)",
    b"from units \\\n    import load",
    b"from \\\n    units import load",
    b"import os, \\\n    units",
    b"import os, \\\r\n    sys, \\\r\n    units\r\n",
    b"x = 1\rfrom units import load\rx = 2",
    b"if x: import units",
    b"try: from units import load\nexcept ImportError: pass",
]
OTHERS = [b"units = 1", b"import units_of_length", b"from runits import x", b"import os\nunits", b"", b"import"]


@pytest.mark.parametrize("text", NAMING)
def test_the_module_is_among_the_words(text: bytes) -> None:
    assert names_any(import_text(bytearray(text) + b"\nleft over from the last file", len(text)), {b"units"})


@pytest.mark.parametrize("text", OTHERS)
def test_another_name_is_not(text: bytes) -> None:
    assert not names_any(import_text(bytearray(text) + b" units import units", len(text)), {b"units"})


def test_importers_are_found_and_a_file_that_cannot_be_imported_has_none(tmp_path: Path) -> None:
    files = {f"f{number}.py": text for number, text in enumerate([*NAMING, *OTHERS])}
    repository = Repository([grow(tmp_path, {**files, "units.py": b"", "run-it.py": b"", "it.py": b"import it"})], ())
    repository.survey(())
    assert set(repository.importers(["units", "run-it"])) == {f"f{number}.py" for number in range(len(NAMING))}
