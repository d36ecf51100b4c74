"""Import statements that lose and gain names: the short way gives what libcst gives, and comments stay."""

from __future__ import annotations

from typing import Optional

import pytest

from codemod.writing.syntax import _with_spacing, edit_import

PLAIN = [
    ("import esm, torch", ["esm"], [], "import torch"),
    ("import os, esm.data as data, sys", ["esm.data"], [], "import os, sys"),
    ("from esm import pretrained, data as d", ["pretrained"], [], "from esm import data as d"),
    ("from transformers import AutoTokenizer", [], ["EsmModel"], "from transformers import AutoTokenizer, EsmModel"),
    ("from . import a, b", ["b"], ["c"], "from . import a, c"),
    ("import esm", ["esm"], [], None),
    ("from esm import Alphabet, data", ["Alphabet", "data"], [], None),
]
SPACED = [
    ("import  esm,  torch", ["esm"], [], "import  torch"),
    ("from esm import (pretrained, data)", ["data"], [], "from esm import (pretrained)"),
    ("from a import (\n    b,\n    c,  # mine\n)", ["b"], [], "from a import (\n    c,  # mine\n)"),
]


@pytest.mark.parametrize(("code", "remove", "add", "expected"), PLAIN)
def test_the_short_way_gives_what_libcst_gives(
    code: str, remove: list[str], add: list[str], expected: Optional[str]
) -> None:
    assert edit_import(code, remove, add) == expected
    assert _with_spacing(code, remove, add) == expected


@pytest.mark.parametrize(("code", "remove", "add", "expected"), SPACED)
def test_spacing_and_comments_stay_where_a_person_put_them(
    code: str, remove: list[str], add: list[str], expected: str
) -> None:
    assert edit_import(code, remove, add) == expected
