"""Generated repositories and real files: nothing crashes, nothing is lost, twice is once, every use is counted.

CI takes a sample, the same each time. `CODEMOD_FUZZ=5000 pytest tests/codemod/test_fuzz.py` looks for new failures.
"""

from __future__ import annotations

import os
import random
import sys
import sysconfig
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codemod.errors import Undecodable
from codemod.files.text import decode
from tests.codemod.fuzz.grammar import endings, repositories, strangers
from tests.codemod.fuzz.properties import TARGETS, holds, run

LONG = int(os.environ.get("CODEMOD_FUZZ", "0"))
EXAMPLES = LONG or 40
PROFILE = settings(
    max_examples=EXAMPLES, derandomize=not LONG, deadline=None, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)  # fmt: skip
#: Larger ones take long and hold nothing new.
MOST = 40_000


def real_files() -> list[Path]:
    """Python files of this machine, in an order that is no order; fair-esm's own are uses, not strangers."""
    folders = {Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib")}
    files = sorted({file for folder in folders for file in folder.rglob("*.py")})
    usable = [file for file in files if file.is_file() and "esm" not in file.parts and file.stat().st_size < MOST]
    random.Random(5).shuffle(usable)
    return usable


REAL = real_files()
SAMPLE = [REAL[n : n + 50] for n in range(0, len(REAL) if LONG else 400, 50)]


@pytest.mark.parametrize("to", TARGETS)
@PROFILE
@given(files=repositories())
def test_a_made_up_repository_comes_out_whole(to: str, files: dict[str, bytes]) -> None:
    holds(run(files, to))


@pytest.mark.parametrize("to", TARGETS)
@PROFILE
@given(files=strangers())
def test_a_stranger_keeps_every_byte(to: str, files: dict[str, bytes]) -> None:
    done = run(files, to)
    assert not done.first.changed
    assert done.first.tally.uses_found == 0


@settings(PROFILE, max_examples=LONG or 15)
@given(data=st.data(), program=endings(), to=st.sampled_from(TARGETS))
def test_a_real_file_with_a_program_at_its_end_keeps_its_own_lines(data: st.DataObject, program: str, to: str) -> None:
    own = own_text(data.draw(st.sampled_from(REAL)))
    done = run({"real.py": f"{own}\n{program}".encode(), "other.py": b"x = 1\n"}, to)
    holds(done)


def own_text(file: Path) -> str:
    """A real file's text, or nothing where it is no program that this Python reads."""
    try:
        text = decode(file.read_bytes()).text
        compile(text, str(file), "exec", dont_inherit=True)
    except (Undecodable, SyntaxError, ValueError, RecursionError):
        return ""
    return "" if "coding" in text[:200] or "\f" in text or "\r" in text else text.rstrip("\\\n")


@pytest.mark.parametrize("files", SAMPLE, ids=lambda files: files[0].stem)
def test_real_files_keep_every_byte(files: list[Path]) -> None:
    user = {"user.py": b"import esm\nmodel, alphabet = esm.pretrained.esm2_t6_8M_UR50D()\n"}
    contents = {f"pkg/m{number}.py": file.read_bytes() for number, file in enumerate(files)}
    done = run({**contents, **user}, "hf")
    assert {plan.path for plan in done.first.changed} == {"user.py"}
    assert {path: done.after[path] for path in contents} == contents


def test_there_are_real_files_to_try() -> None:
    assert len(REAL) > 500, sys.version
