"""The proof on a user's program, with small programs around a stand-in for fair-esm: fast, and free of its weights."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch")

from validation.equivalence.answers import Answer, Question
from validation.equivalence.command import _stoppable
from validation.equivalence.machine import Interpreter
from validation.equivalence.migrating import Migrated
from validation.equivalence.proof import prove
from validation.records import CannotAnswer

PROGRAM = """\
import json, pathlib, esm
pathlib.Path("out").mkdir()
pathlib.Path("out/scores.json").write_text(json.dumps({"labels": ["b", "a"], "scores": [1.5, 2.5]}))
print("mean 2.000000")
"""
MIGRATED = PROGRAM.replace(", esm", "")
Ask = Callable[..., Answer]


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made: nothing may stay there."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return tmp_path / "tmp"


@pytest.fixture
def ask(tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """The answer for a program and its migration by hand; temporary folders and the repository are looked at too."""
    (tmp_path / "packages" / "esm").mkdir(parents=True)
    for name in ("__init__.py", "rotary_embedding.py"):
        (tmp_path / "packages" / "esm" / name).touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "packages"))
    repository = tmp_path / "repository"
    repository.mkdir()

    def answer(
        before: str = PROGRAM, after: str = MIGRATED, command: str = "python program.py", left: int = 0
    ) -> Answer:
        (repository / "program.py").write_text(before + "# esm2_t6_8M_UR50D\n")
        (repository / "old.csv").write_text("a,1\n")
        found = _contents(repository)
        try:
            return prove(question(repository, command), lambda text: None, _by_hand(after, left))
        finally:
            assert _contents(repository) == found
            assert list(scratch.iterdir()) == []

    return answer


def question(repository: Path, command: str) -> Question:
    here = Interpreter(sys.executable)
    return Question(repository, command, here, here)


def _by_hand(after: str, left: int) -> Callable[[Path, Path, str], Migrated]:
    def migrating(copy: Path, report: Path, to: str) -> Migrated:
        (copy / "program.py").write_text(after)
        return Migrated(1 + left, 1, left, ("program.py",), ())

    return migrating


def test_an_equal_program_is_the_same(ask: Ask) -> None:
    found = ask()
    assert found.same
    assert [each.name for each in found.artefacts] == ["out/scores.json", "standard output"]
    assert (found.floats, found.largest, found.checkpoints) == (3, 0.0, ("esm2_t6_8M_UR50D",))


def test_rounding_is_the_same(ask: Ask) -> None:
    found = ask(after=MIGRATED.replace("1.5", "1.50001").replace("2.000000", "2.000001"))
    assert found.same
    assert 0.9e-5 < found.largest < 1.1e-5


CHANGES = {
    "another number": ("2.5", "2.75", "out/scores.json['scores'][1]"),
    "another printed number": ("2.000000", "2.010000", "standard output, line 1"),
    "labels in another order": ('["b", "a"]', '["a", "b"]', "out/scores.json['labels'][0]"),
    "a missing file": ("out/scores.json", "/dev/null", "out/scores.json"),
    "another file": ('print("', 'open("more.txt", "w").write("1"); print("', "more.txt"),
    "an old file written anew": ('print("', 'open("old.csv", "w").write("b,1"); print("', "old.csv"),
    "one more line": ('print("mean', 'print("warning\\nmean', "standard output (length)"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_noticed_and_named(ask: Ask, change: str) -> None:
    old, new, where = CHANGES[change]
    assert MIGRATED.count(old) == 1
    found = ask(after=MIGRATED.replace(old, new))
    assert not found.same
    assert where in [each.where for each in found.differences]


def test_a_wrong_number_is_told_with_its_size(ask: Ask) -> None:
    (found,) = ask(after=MIGRATED.replace("2.5", "2.75")).differences
    assert found.off == pytest.approx(0.25)
    assert found.bound == pytest.approx(2.5e-4)


def test_what_varies_by_itself_is_left_out_and_named(ask: Ask) -> None:
    varying = 'import os; print("run", "x" + os.urandom(8).hex())\n'
    found = ask(PROGRAM + varying, MIGRATED + varying)
    assert found.same
    assert found.unsteady == ("standard output, line 2",)


def test_a_wrong_number_beside_what_varies_is_still_noticed(ask: Ask) -> None:
    varying = 'import os; print("run", "x" + os.urandom(8).hex())\n'
    found = ask(PROGRAM + varying, (MIGRATED + varying).replace("2.5", "2.75"))
    assert [each.where for each in found.differences] == ["out/scores.json['scores'][1]"]


def test_a_failing_migrated_program_is_not_the_same(ask: Ask) -> None:
    found = ask(after="raise SystemExit('no such layer')\n")
    assert not found.same
    assert found.after.last_lines == "no such layer"


def test_a_migrated_program_that_still_imports_fair_esm_fails(ask: Ask) -> None:
    found = ask(after=PROGRAM)
    assert not found.same
    assert "the migrated program imports fair-esm" in found.after.last_lines


def test_a_partly_migrated_program_may_import_fair_esm(ask: Ask) -> None:
    assert ask(after=PROGRAM, left=1).same


NO_ANSWERS = {
    "the original fails": ("import esm\nraise ValueError('its own fault')\n", "ValueError: its own fault"),
    "nothing written": ("import esm\nprint('done')\n", "nothing could be compared"),
    "an empty file": ("import esm\nopen('x', 'w').close()\n", "nothing could be compared"),
    "nothing steady": ("import esm, os\nopen('x.txt', 'w').write(os.urandom(9).hex())\n", "fix its random seed"),
    "no use of fair-esm": ("print(1.5)\n", "never imported fair-esm"),
    "an address": (
        "import esm, urllib.request\nurllib.request.urlopen('https://example.com/weights.pt')\n",
        "It asked for the network, which these runs do not have: https://example.com/weights.pt",
    ),
    "a host": ("import esm, socket\nsocket.create_connection(('example.org', 443))\n", "do not have: example.org"),
    "the way back": ("import esm\nopen(ORIGINAL + '/old.csv')\n", "It reached for the original repository"),
    "a fixed width": ("import esm\nraise RuntimeError('size mismatch 1280')\n", "needs --width true"),
}


@pytest.mark.parametrize("case", NO_ANSWERS)
def test_no_answer_is_given_with_the_reason(ask: Ask, tmp_path: Path, case: str) -> None:
    program, reason = NO_ANSWERS[case]
    program = program.replace("ORIGINAL", repr(str((tmp_path / "repository").resolve())))
    with pytest.raises(CannotAnswer) as raised:
        ask(program, program.replace("esm, ", "").replace("import esm\n", ""))
    assert reason in str(raised.value)


def test_absolute_paths_of_the_command_lead_into_the_copy(ask: Ask, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    found = ask(command=f"mkdir {repository}/in && cd {repository}/in && python {repository}/program.py")
    assert [each.name for each in found.artefacts] == ["in/out/scores.json", "standard output"]


def test_both_runs_see_their_own_caches_and_the_same_paths(ask: Ask) -> None:
    program = "import os, pathlib, esm\n" + "\n".join((
        "root = pathlib.Path(os.environ['TORCH_HOME']).parent.parent",
        "assert pathlib.Path.cwd().parent == root, root",
        "assert pathlib.Path(os.environ['HF_HOME']).parent.parent == root",
        "assert pathlib.Path(os.environ['TORCH_HOME'], 'hub/checkpoints/esm2_t6_8M_UR50D.pt').exists()",
        "open(os.environ['HF_HOME'] + '/token', 'x').close()",
        "open(os.environ['TMPDIR'] + '/rest', 'x').close()",
        "pathlib.Path('where.txt').write_text(str(root))",
    ))
    found = ask(program, program.replace(", esm", ""))
    assert found.same
    assert [each.name for each in found.artefacts] == ["where.txt"]


def test_a_program_in_the_background_does_not_outlive_its_run(ask: Ask, tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    assert ask(command=f"(sleep 1; touch {alive}) & python program.py").same
    time.sleep(1.1)
    assert not alive.exists()


def test_repository_links_stay_inside_the_copy(ask: Ask, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    (repository / "link.csv").symlink_to(repository / "old.csv")
    (repository / "up.csv").symlink_to("../outside.csv")
    (tmp_path / "outside.csv").write_text("1.5\n")
    lines = "\nopen('link.csv', 'a').write('b,2')\nprint(open('up.csv').read())\n"
    assert ask(PROGRAM + lines, MIGRATED + lines).same


@pytest.mark.usefixtures("ask")
def test_a_width_that_fits_on_no_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "repository" / "program.py").write_text("esm2_t48_15B_UR50D")
    usage = shutil.disk_usage(tmp_path)._replace(free=10**9)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    wide = replace(question(tmp_path / "repository", "true"), width=None)
    with pytest.raises(CannotAnswer, match=r"need 120\.8 GB"):
        prove(wide, lambda text: None, _by_hand("", 0))


@pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")
@pytest.mark.usefixtures("ask")
def test_ctrl_c_leaves_nothing(tmp_path: Path, scratch: Path) -> None:
    (tmp_path / "repository" / "program.py").write_text(PROGRAM)
    started = tmp_path / "started"
    code = (
        "import sys; from pathlib import Path; from validation.equivalence import command, machine, proof\n"
        "from validation.equivalence.migrating import Migrated\n"
        "proof.prove.__defaults__ = (lambda copy, report, to: Migrated(1, 1, 0, (), ()),)\n"
        "machine.asked = lambda executable: machine.Interpreter(sys.executable)\n"
        "sys.exit(command.main(sys.argv[1:]))"
    )
    words = [str(tmp_path / "repository"), "--run", f"echo $$ > {started}.new; mv {started}.new {started}; sleep 60"]
    environment = {**os.environ, "TMPDIR": str(scratch), "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen([sys.executable, "-c", code, *words], env=environment, stderr=subprocess.PIPE, text=True)
    while not started.exists():
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "stopped" in said
    assert list(scratch.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)


def test_a_polite_kill_ends_as_ctrl_c_does() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), _stoppable():
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
