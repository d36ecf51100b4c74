"""`--review` as a person meets it: a real process in a real pseudo-terminal, and refused where there is none."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.codemod.test_review import BOTH, FILES
from tests.codemod.trees import grow, photograph

pty = pytest.importorskip("pty", reason="no pseudo-terminals here")

ROOT = Path(__file__).parents[2]
REFUSED = "codemod: --review asks in a terminal, and this is none; look with --dry-run, write with --apply\n"


def command(root: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "codemod", "--review", "--to", "hf", *words, str(root)]


def drive(root: Path, answers: list[tuple[str, str]], *words: str, editor: str = "false") -> tuple[int, str]:
    """Run a review; when a text of `answers` is shown, its keys are typed. Exit code, and all that was shown."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(ROOT)
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "EDITOR": editor, "VISUAL": ""}
        os.execve(sys.executable, command(root, *words), environment)
    shown, seen = b"", 0
    for text, keys in answers:
        while (place := plain(shown).find(text, seen)) < 0:
            more = received(terminal)
            assert more, f"{text!r} was never shown: {plain(shown)}"
            shown += more
        seen = place + len(text)  # one read may bring the next question, too
        while keys and takes_lines(terminal):  # what is typed before is dropped
            time.sleep(0.01)
        os.write(terminal, keys.encode())
    while more := received(terminal):
        shown += more
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), plain(shown)


def takes_lines(terminal: int) -> bool:
    import termios

    return bool(termios.tcgetattr(terminal)[3] & termios.ICANON)


def received(terminal: int) -> bytes:
    """What the process shows next; nothing once it has ended, or is silent for a minute."""
    try:
        return os.read(terminal, 65536) if select.select([terminal], [], [], 60)[0] else b""
    except OSError:  # how Linux says that the other side is closed
        return b""


def plain(shown: bytes) -> str:
    return re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", shown.decode("utf-8", "replace")).replace("\r\n", "\n")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return grow(tmp_path / "tree", FILES)


def test_one_group_is_rejected_the_rest_is_written_and_can_be_undone(tree: Path) -> None:
    before = photograph(tree)
    answers = [("Accept group 1 of 3?", "n"), ("Accept group 2 of 3?", "y"), ("3 of 3?", "y"), ("Write this?", "w")]
    code, shown = drive(tree, answers)
    assert code == 0
    assert "Rewrote 3 files" in shown
    text = (tree / "a.py").read_text("utf-8")
    assert BOTH.decode().split("def two")[0].partition("\n")[2] in text
    assert 'AutoTokenizer.from_pretrained("facebook/esm2_t6_8M_UR50D")' in text
    undone = [sys.executable, "-m", "codemod", "--undo", str(tree)]
    subprocess.run(undone, cwd=ROOT, check=True, capture_output=True)
    after = {path: content for path, content in photograph(tree).items() if ".codemod" not in path}
    assert after == before


def test_an_editor_really_runs_on_a_copy(tree: Path) -> None:
    answers = [("Accept group 1", "e"), ("as you edited it", ""), ("Accept group 1", "a"), ("Write this?", "w")]
    code, _ = drive(tree, answers, editor="sed -i -e 's/^def one/# mine\\ndef one/'")
    assert code == 0
    assert "# mine\ndef one" in (tree / "a.py").read_text("utf-8")


def test_rejected_groups_are_marked(tree: Path) -> None:
    answers = [("Accept group 1", "n"), ("Accept group 2", "a"), ("Write this?", "w")]
    assert drive(tree, answers, "--mark")[0] == 0
    assert "    # TODO(fair-esm): rejected in review [load_model]\n" in (tree / "a.py").read_text("utf-8")


@pytest.mark.parametrize("key", ["q", "\x03", "\x04"], ids=["q", "Ctrl-C", "Ctrl-D"])
def test_leaving_writes_nothing(key: str, tree: Path) -> None:
    before = photograph(tree)
    code, shown = drive(tree, [("Accept group 1", "y"), ("Accept group 2", key)])
    assert code == 2
    assert "codemod: the review was ended; nothing was written" in shown
    assert photograph(tree) == before


def test_arrows_and_enter_decide_nothing(tree: Path) -> None:
    before = photograph(tree)
    answers = [
        ("Accept group 1", "\x1b[C"),
        ("Accept group 1", "\n"),
        ("Accept group 1", "ynq"),
        ("Accept group 1", "q"),
    ]
    code, shown = drive(tree, answers)
    assert code == 2
    assert "Accept group 2" not in shown
    assert photograph(tree) == before


@pytest.mark.parametrize("answers", [b"", b"aw", b"y\ny\ny\nw\n"], ids=["nothing", "keys", "lines"])
def test_without_a_terminal_it_is_refused_in_one_line(answers: bytes, tree: Path) -> None:
    before = photograph(tree)
    done = subprocess.run(command(tree), cwd=ROOT, input=answers, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.decode()) == (2, b"", REFUSED)
    assert photograph(tree) == before


def test_it_is_an_action_like_the_others(tree: Path) -> None:
    done = subprocess.run(command(tree, "--apply"), cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 2
    assert b"not allowed with argument" in done.stderr
