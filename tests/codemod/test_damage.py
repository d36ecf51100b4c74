"""Damage that peers do (PEERS.md 1e) and bad input: through the command line, bytes compared."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from codemod.cli import main
from tests.codemod.trees import commit, fast_disk, grow, photograph, sees_everything

__all__ = ["fast_disk"]
pytestmark = pytest.mark.usefixtures("fast_disk")

USE = b"import esm\nmodel, alphabet = esm.pretrained.esm2_t6_8M_UR50D()\n"
DONE = (
    b"from transformers import AutoTokenizer, EsmModel\n"
    b'model = EsmModel.from_pretrained("facebook/esm2_t6_8M_UR50D", add_pooling_layer=False)\n'
    b'alphabet = AutoTokenizer.from_pretrained("facebook/esm2_t6_8M_UR50D")\n'
)
DEEP = USE + b"x = " + b" + ".join([b"1"] * 5000) + b"\n"
BRACKETS = USE + b"x = " + b"(" * 5000 + b"1" + b")" * 5000 + b"\n"
BROKEN = USE + b"def f(:\n"

#: Files that cannot be migrated, and a word of the reason.
BAD = {
    "broken.py": (BROKEN, "does not parse"),
    "python2.py": (USE + b"print model\n", "does not parse"),
    "brackets.py": (BRACKETS, "does not parse"),
    "null.py": (USE + b"\0", "null bytes"),
    "latin.py": (USE + b"# \xe9\n", "utf-8"),
    "liar.py": (b"# coding: ascii\n" + USE + "# é\n".encode(), "ascii"),
    "unknown.py": (b"# coding: klingon\n" + USE, "klingon"),
    "indent.py": (b"if True:\n\tx = 1\n        y = 2\n" + USE, "does not parse"),
}


def apply(root: Path, *words: str) -> int:
    return main([str(root), "--apply", "--to", "hf", "--quiet", *words])


def listed(root: Path, capfd: pytest.CaptureFixture[str]) -> dict[str, list[dict[str, object]]]:
    capfd.readouterr()
    assert main([str(root), "--to", "hf", "--json", "-", "--quiet"]) == 0
    return {each["path"]: each["leftovers"] for each in json.loads(capfd.readouterr().out)["files"]}


# 1: tf_upgrade_v2 empties files and changes modes


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o444])
def test_a_file_keeps_its_mode(mode: int, tmp_path: Path) -> None:
    grow(tmp_path, {"a.py": USE})
    (tmp_path / "a.py").chmod(mode)
    code = apply(tmp_path)
    assert stat.S_IMODE((tmp_path / "a.py").stat().st_mode) == mode
    assert (tmp_path / "a.py").read_bytes() == (DONE if code == 0 else USE)


def test_a_byte_order_mark_stays(tmp_path: Path) -> None:
    grow(tmp_path, {"a.py": b"\xef\xbb\xbf" + USE})
    assert apply(tmp_path) == 0
    assert (tmp_path / "a.py").read_bytes() == b"\xef\xbb\xbf" + DONE


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_keeps_every_byte_and_costs_the_run_one_line(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    bad, why = BAD[name]
    grow(tmp_path, {name: bad, "good.py": USE})
    problems = listed(tmp_path, capfd)[name]
    assert [why in str(each["why"]) for each in problems] == [True]
    assert apply(tmp_path) == 0
    assert (tmp_path / name).read_bytes() == bad
    assert (tmp_path / "good.py").read_bytes() == DONE


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_alone_is_shown_checked_and_applied_without_a_change(name: str, tmp_path: Path) -> None:
    grow(tmp_path, {name: BAD[name][0]})
    before = photograph(tmp_path)
    assert [main([str(tmp_path), "--quiet", *words]) for words in ([], ["--check"], ["--apply"])] == [0, 1, 0]
    assert photograph(tmp_path) == before


def test_a_bad_file_that_has_nothing_to_do_with_us_is_not_mentioned(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    grow(tmp_path, {"a.py": b"def f(:\n# esmeralda\n", "b.py": b"\xff\xfe", "good.py": USE})
    assert listed(tmp_path, capfd) == {"good.py": []}


# 2: bump-pydantic aborts the run, changes line ends, leaves a log


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("end", [True, False], ids=["final newline", "none"])
def test_line_ends_stay(newline: bytes, end: bool, tmp_path: Path) -> None:
    before, after = (text if end else text[:-1] for text in (USE, DONE))
    grow(tmp_path, {"a.py": before.replace(b"\n", newline)})
    assert apply(tmp_path) == 0
    assert (tmp_path / "a.py").read_bytes() == after.replace(b"\n", newline)


def test_mixed_line_ends_stay_where_nothing_changes(tmp_path: Path) -> None:
    rest = b"x = 1\r\ny = 2\rz = '''\r\n\n\r'''\x0c\n"
    grow(tmp_path, {"a.py": USE + rest})
    assert apply(tmp_path) == 0
    assert (tmp_path / "a.py").read_bytes().endswith(rest)


def test_a_preview_writes_nothing_not_even_a_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(tmp_path, {"a.py": USE, "b.py": BROKEN})
    monkeypatch.chdir(tmp_path)
    before = photograph(tmp_path)
    assert main(["--quiet"]) == 0
    assert photograph(tmp_path) == before


# 3: PaConvert drops comments, and imports whose uses stay


def test_comments_and_strange_spacing_stay(tmp_path: Path) -> None:
    own = b"# one\nx  =  [ 1,2 ,\n  3 ]   # two\n\n\n\n\n#three\n'''four'''\nif  x :   pass # five   \n"
    grow(tmp_path, {"a.py": own + USE + own})
    assert apply(tmp_path) == 0
    assert (tmp_path / "a.py").read_bytes() == own + DONE + own


def test_an_import_with_a_use_that_stays_stays(tmp_path: Path) -> None:
    grow(tmp_path, {"a.py": USE + b"print(esm.inverse_folding)\n"})
    assert apply(tmp_path) == 0
    assert b"import esm\n" in (tmp_path / "a.py").read_bytes()


# 4: RenameCommand is not idempotent and touches files that do not use the name


def test_the_second_apply_changes_nothing(tmp_path: Path) -> None:
    grow(tmp_path, {"a.py": USE, "b.py": USE.replace(b"import esm", b"import os, esm")})
    assert apply(tmp_path) == 0
    before = {path: content for path, content in photograph(tmp_path).items() if path.endswith(".py")}
    assert apply(tmp_path) == 0
    assert {path: content for path, content in photograph(tmp_path).items() if path.endswith(".py")} == before


# 5: deep expressions


def test_5000_operators_in_a_chain_stop_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    grow(tmp_path, {"deep.py": DEEP, "good.py": USE})
    leftovers = listed(tmp_path, capfd)
    assert apply(tmp_path) == 0
    assert (tmp_path / "good.py").read_bytes() == DONE
    if leftovers.get("deep.py"):
        assert (tmp_path / "deep.py").read_bytes() == DEEP
    else:
        assert (tmp_path / "deep.py").read_bytes() == DONE + DEEP[len(USE) :]


@pytest.mark.parametrize(
    "nested",
    [
        b"x = " + b"-" * 3000 + b"1\n",
        b"x" + b".a" * 3000 + b"\n",
        b"x" + b"()" * 3000 + b"\n",
        b"x" + b"[0]" * 3000 + b"\n",
        b"x = " + b"lambda: " * 1000 + b"1\n",
        b"".join(b" " * depth + b"if x:\n" for depth in range(95)) + b" " * 95 + b"pass\n",
        b"if x: pass\n" + b"elif x: pass\n" * 3000,
        b"x = " + b"'a' " * 20000 + b"\n",
        b"x = [" + b"1, " * 50000 + b"]\n",
    ],
    ids=["minus", "attributes", "calls", "subscripts", "lambdas", "blocks", "elif", "strings", "list"],
)
def test_deep_and_long_code_stops_nothing(nested: bytes, tmp_path: Path) -> None:
    grow(tmp_path, {"deep.py": USE + nested, "good.py": USE})
    assert apply(tmp_path) == 0
    assert (tmp_path / "good.py").read_bytes() == DONE
    assert (tmp_path / "deep.py").read_bytes() in (USE + nested, DONE + nested)


# 6: files that are not ours to touch, and encodings that are


def test_files_without_a_use_keep_every_byte(tmp_path: Path) -> None:
    others = {
        "crlf.py": b"x = 1\r\n", "mark.py": b"\xef\xbb\xbfx = 1\n", "tail.py": b"x = 1  \n\n\n", "no_end.py": b"x=1",
        "latin.py": b"# coding: latin-1\nx = '\xe9'\n", "word.py": b"# esm\nesm = 'esm'\n", "empty.py": b"",
    }  # fmt: skip
    grow(tmp_path, {**others, "a.py": USE})
    assert apply(tmp_path) == 0
    assert {name: (tmp_path / name).read_bytes() for name in others} == others


@pytest.mark.parametrize("codec", ["latin-1", "cp1252", "iso8859-15", "shift_jis", "utf-8"])
def test_an_encoding_the_file_declares_is_kept(codec: str, tmp_path: Path) -> None:
    head, tail = f"# -*- coding: {codec} -*-\n".encode(), ("# é€\n" if codec != "shift_jis" else "# 蛋白\n")
    tail = tail.replace("€", "") if codec == "latin-1" else tail
    grow(tmp_path, {"a.py": head + USE + tail.encode(codec)})
    assert apply(tmp_path) == 0
    assert (tmp_path / "a.py").read_bytes() == head + DONE + tail.encode(codec)


# 7: symbolic links


def test_a_link_out_of_the_tree_is_not_followed(tmp_path: Path) -> None:
    outside = grow(tmp_path / "outside", {"a.py": USE})
    tree = grow(tmp_path / "tree", {"b.py": USE})
    (tree / "a.py").symlink_to(outside / "a.py")
    (tree / "folder").symlink_to(outside)
    assert apply(tree) == 0
    assert (outside / "a.py").read_bytes() == USE
    assert (tree / "b.py").read_bytes() == DONE
    assert (tree / "a.py").is_symlink()


# bad input


def test_an_empty_file_and_an_empty_folder_are_nothing_to_do(tmp_path: Path) -> None:
    grow(tmp_path, {"sub/empty.py": b"", "sub/blank.py": b"\n\n", "esm/__init__.py": b""})
    before = photograph(tmp_path)
    assert [main([str(tmp_path), "--quiet", *words]) for words in ([], ["--check"], ["--apply"])] == [0, 0, 0]
    assert photograph(tmp_path) == before


def test_a_huge_file_is_left_and_listed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    grow(tmp_path, {"good.py": USE, "huge.py": USE})
    with open(tmp_path / "huge.py", "r+b") as file:
        file.truncate(65 << 20)
    assert ["MiB" in str(each["why"]) for each in listed(tmp_path, capfd)["huge.py"]] == [True]
    assert apply(tmp_path) == 0
    assert (tmp_path / "good.py").read_bytes() == DONE


def test_a_binary_file_called_py_is_left(tmp_path: Path) -> None:
    binary, wide = b"\x7fELF\0\0import esm\n" + bytes(range(256)), USE.decode().encode("utf-16")
    grow(tmp_path, {"a.py": binary, "b.so": USE, "wide.py": wide, "good.py": USE})
    assert apply(tmp_path) == 0
    assert (tmp_path / "a.py").read_bytes() == binary
    assert (tmp_path / "wide.py").read_bytes() == wide
    assert (tmp_path / "b.so").read_bytes() == USE


@pytest.mark.skipif(sees_everything(), reason="root may read every file")
def test_a_file_nobody_may_read_is_listed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    grow(tmp_path, {"secret.py": USE, "good.py": USE})
    (tmp_path / "secret.py").chmod(0)
    assert "secret.py" in listed(tmp_path, capfd)


@pytest.mark.parametrize("kind", ["gone", "fifo"])
def test_a_path_that_cannot_be_meant_is_2_and_one_line(
    kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / kind
    if kind == "fifo":
        os.mkfifo(path)
    before = sorted(os.listdir(tmp_path))
    codes = {main([str(path), *words]) for words in ([], ["--apply"], ["--check"])}
    lines = capfd.readouterr().err.splitlines()
    assert codes == {2}
    assert len(lines) == 3
    assert all(kind in line for line in lines)
    assert sorted(os.listdir(tmp_path)) == before


def test_a_folder_without_git_is_migrated_and_comes_back(tmp_path: Path) -> None:
    grow(tmp_path, {"a.py": USE})
    before = photograph(tmp_path)
    assert apply(tmp_path) == 0
    assert (tmp_path / "a.py").read_bytes() == DONE
    assert main([str(tmp_path), "--undo"]) == 0
    assert photograph(tmp_path) == before


@pytest.mark.skipif(sees_everything(), reason="root may write into every folder")
def test_a_read_only_folder_is_refused_and_nothing_is_written(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    grow(tmp_path, {"a.py": USE, "locked/b.py": USE})
    (tmp_path / "locked").chmod(0o555)
    before = photograph(tmp_path)
    try:
        assert apply(tmp_path) == 2
        assert photograph(tmp_path) == before
    finally:
        (tmp_path / "locked").chmod(0o755)
    assert "locked/b.py" in capfd.readouterr().err


@pytest.mark.parametrize("name", ["a b.py", "-rf.py", "new\nline.py", "é日本.py", "a'b\".py"])
def test_strange_names_are_files_like_any_other(name: str, tmp_path: Path) -> None:
    commit(tmp_path, {name: USE, f"dir {name[:-3]}/in.py": USE})
    assert apply(tmp_path) == 0
    assert (tmp_path / name).read_bytes() == DONE
    assert (tmp_path / f"dir {name[:-3]}/in.py").read_bytes() == DONE


def test_what_git_ignores_and_what_others_wrote_is_not_ours(tmp_path: Path) -> None:
    alien = {
        "out/a.py": USE, ".venv/pyvenv.cfg": b"", ".venv/lib/b.py": USE, "node_modules/c.py": USE,
        "lib/site-packages/d.py": USE,
    }  # fmt: skip
    commit(tmp_path, {".gitignore": b"out/\n.venv/\n", "a.py": USE})
    grow(tmp_path, alien)
    assert apply(tmp_path) == 0
    assert {name: (tmp_path / name).read_bytes() for name in alien} == alien
    assert (tmp_path / "a.py").read_bytes() == DONE
