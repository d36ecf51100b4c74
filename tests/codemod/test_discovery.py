"""Which files are read: git's answer in a work tree, our own rules elsewhere, and what is said about the rest."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from codemod.errors import UnusableInput
from codemod.files.discovery import Discovery, discover
from tests.codemod.trees import commit, git, grow

MATTERS = (
    "a.py", "b.pyi", "c.ipynb", "d.sh", "e.md", "f.rst", "g.yml", "h.yaml", "i.toml", "j.cfg", "k.txt", "l.in",
    "m.json", "n.lock", "Dockerfile", "Dockerfile.gpu", "gpu.dockerfile", "Makefile", "setup.py", "setup.cfg",
    "gui.pyw", "tox.ini", "job.pbs", "rules.mk", "nextflow.config", "makefile", "Apptainer.gpu", ".envrc",
    "Snakefile.gpu",    ".gitmodules", "Pipfile", "README.MD", "deep/er/x.py", ".github/workflows/ci.yml",
)  # fmt: skip
OTHERS = ("model.pt", "data.fasta", "x.pyc", "notes", "a.py.orig", "py", "image.png")


def bytes_of(*names: str) -> dict[str, bytes]:
    return dict.fromkeys(names, b"x\n")


def skipped(found: Discovery) -> str:
    return "\n".join(found.skipped)


@pytest.mark.parametrize("plant", [grow, commit])
def test_files_that_may_matter_are_listed_sorted_and_relative(tmp_path: Path, plant: object) -> None:
    plant(tmp_path, bytes_of(*MATTERS, *OTHERS))  # type: ignore[operator]
    found = discover([tmp_path])
    assert found.root == tmp_path
    assert found.files == tuple(sorted(MATTERS))
    assert found.skipped == ()


@pytest.mark.parametrize("plant", [grow, commit])
def test_a_script_without_a_suffix_is_known_by_its_first_bytes(tmp_path: Path, plant: object) -> None:
    plant(tmp_path, {"bin/embed": b"#!/usr/bin/env python3\n", "bin/data": b"MKV", "empty": b""})  # type: ignore[operator]
    assert discover([tmp_path]).files == ("bin/embed",)


def test_the_current_folder_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(tmp_path, bytes_of("a.py"))
    monkeypatch.chdir(tmp_path)
    assert discover([]) == discover([Path(".")]) == Discovery(tmp_path, ("a.py",), ())


# what git says


def test_ignored_files_are_left_out_and_untracked_ones_are_in(tmp_path: Path) -> None:
    commit(tmp_path, {".gitignore": b"out/\n*_gen.py\n", "a.py": b"", "sub/.gitignore": b"!x_gen.py\n"})
    grow(tmp_path, bytes_of("new.py", "out/b.py", "c_gen.py", "sub/x_gen.py"))
    assert discover([tmp_path]).files == ("a.py", "new.py", "sub/x_gen.py")


def test_a_tracked_file_is_in_even_when_ignored_and_a_deleted_one_is_out(tmp_path: Path) -> None:
    commit(tmp_path, bytes_of("a.py", "b.py", "build/c.py"))
    grow(tmp_path, {".gitignore": b"*.py\n"})
    (tmp_path / "b.py").unlink()
    assert discover([tmp_path]).files == ("a.py", "build/c.py")


def test_a_subfolder_of_a_work_tree_knows_the_ignore_file_above_it(tmp_path: Path) -> None:
    commit(tmp_path, {".gitignore": b"*_gen.py\n", "part/a.py": b"", "b.py": b""})
    grow(tmp_path, bytes_of("part/x_gen.py", "part/new.py"))
    found = discover([tmp_path / "part"])
    assert (found.root, found.files) == (tmp_path / "part", ("a.py", "new.py"))


def test_an_untracked_folder_of_a_work_tree_is_searched(tmp_path: Path) -> None:
    commit(tmp_path, {".gitignore": b"*_gen.py\n"})
    grow(tmp_path, bytes_of("fresh/a.py", "fresh/x_gen.py"))
    assert discover([tmp_path / "fresh"]).files == ("a.py",)


def test_an_ignored_folder_that_is_named_outright_is_searched(tmp_path: Path) -> None:
    commit(tmp_path, {".gitignore": b"scratch/\n"})
    grow(tmp_path, bytes_of("scratch/a.py", "scratch/.hidden/b.py"))
    assert discover([tmp_path / "scratch"]).files == ("a.py",)
    assert discover([tmp_path]).files == ()


def test_a_submodule_is_searched_when_named_and_said_to_be_skipped_when_not(tmp_path: Path) -> None:
    commit(tmp_path / "library", {"l.py": b"", ".gitignore": b"*_gen.py\n"})
    main = commit(tmp_path / "main", bytes_of("a.py"))
    git(main, "submodule", "--quiet", "add", "../library", "library")
    grow(main, bytes_of("library/x_gen.py"))
    assert discover([main]).files == (".gitmodules", "a.py")
    assert skipped(discover([main])) == "library/ (another git repository; run the tool there)"
    assert discover([main / "library"]).files == ("l.py",)


def test_an_untracked_repository_inside_another_is_left_to_itself(tmp_path: Path) -> None:
    commit(tmp_path, bytes_of("a.py"))
    commit(tmp_path / "nested", bytes_of("b.py"))
    found = discover([tmp_path])
    assert found.files == ("a.py",)
    assert skipped(found) == "nested/ (another git repository; run the tool there)"


def test_repositories_in_a_plain_folder_each_follow_their_own_git(tmp_path: Path) -> None:
    commit(tmp_path / "one", {".gitignore": b"*_gen.py\n", "a.py": b""})
    grow(tmp_path, bytes_of("one/x_gen.py", "two/x_gen.py"))
    assert discover([tmp_path]).files == ("one/a.py", "two/x_gen.py")


@pytest.mark.parametrize("how", ["missing", "broken"])
def test_a_git_that_cannot_answer_is_said_and_the_tree_searched_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    commit(tmp_path, bytes_of("a.py", ".hidden/b.py"))
    if how == "missing":
        monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    else:
        (tmp_path / ".git/index").write_bytes(b"not an index")
    found = discover([tmp_path])
    assert found.files == ("a.py",)
    assert "./ (searched without .gitignore, git says: " in skipped(found)


def test_a_hook_that_is_running_does_not_redirect_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = commit(tmp_path / "other", bytes_of("o.py"))
    commit(tmp_path / "main", {"a.py": b"", ".gitignore": b"*_gen.py\n"})
    grow(tmp_path / "main", bytes_of("x_gen.py"))
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    assert discover([tmp_path / "main"]).files == ("a.py",)


# what is skipped, and said


@pytest.mark.parametrize("plant", [grow, commit])
def test_environments_and_packages_of_others_are_skipped_and_said(tmp_path: Path, plant: object) -> None:
    names = ("a.py", "env/pyvenv.cfg", "env/lib/x.py", "x/node_modules/y.py", "x/site-packages/z.py", "p/_vendor/v.py")
    plant(tmp_path, bytes_of(*names, "conda/conda-meta/h.json", "conda/c.py"))  # type: ignore[operator]
    found = discover([tmp_path])
    assert found.files == ("a.py",)
    assert found.skipped == (
        "conda/ (conda environment)",
        "env/ (virtual environment)",
        "p/_vendor/ (vendored packages)",
        "x/node_modules/ (installed packages)",
        "x/site-packages/ (installed packages)",
    )


def test_outside_git_hidden_folders_and_build_outputs_are_skipped(tmp_path: Path) -> None:
    hidden = (".cache/b.py", "build/lib/c.py", "dist/d.py", "__pycache__/e.py", "x.egg-info/f.txt")
    grow(tmp_path, bytes_of("a.py", *hidden))
    found = discover([tmp_path])
    assert found.files == ("a.py",)
    assert found.skipped == ("build/ (build output)", "dist/ (build output)")


def test_a_package_called_build_is_source(tmp_path: Path) -> None:
    grow(tmp_path, bytes_of("build/__init__.py", "build/a.py"))
    assert discover([tmp_path]).files == ("build/__init__.py", "build/a.py")


def test_an_environment_that_is_named_outright_is_searched(tmp_path: Path) -> None:
    grow(tmp_path, bytes_of("env/pyvenv.cfg", "env/tool.py"))
    assert discover([tmp_path / "env"]).files == ("pyvenv.cfg", "tool.py")


@pytest.mark.parametrize("plant", [grow, commit])
def test_symbolic_links_are_not_followed_and_said(tmp_path: Path, plant: object) -> None:
    outside = grow(tmp_path / "outside", bytes_of("o.py"))
    tree = grow(tmp_path / "tree", bytes_of("a.py", "sub/b.py"))
    (tree / "file.py").symlink_to(outside / "o.py")
    (tree / "inside.py").symlink_to("a.py")
    (tree / "folder").symlink_to(outside)
    (tree / "loop").symlink_to(".")
    (tree / "self.py").symlink_to("self.py")
    (tree / "data.bin").symlink_to("a.py")
    plant(tree, {})  # type: ignore[operator]
    found = discover([tree])
    assert found.files == ("a.py", "sub/b.py")
    names = ("file.py", "folder/", "inside.py", "loop/", "self.py")
    assert found.skipped == tuple(f"{name} (symbolic link, not followed)" for name in names)


def test_a_root_that_is_a_link_is_followed_because_it_was_named(tmp_path: Path) -> None:
    grow(tmp_path / "real", bytes_of("a.py"))
    (tmp_path / "link").symlink_to("real")
    assert discover([tmp_path / "link"]) == discover([tmp_path / "real"])


# what is asked for


def test_one_file_is_relative_to_its_folder_whatever_its_name(tmp_path: Path) -> None:
    grow(tmp_path, bytes_of("sub/script", "sub/b.py"))
    assert discover([tmp_path / "sub/script"]) == Discovery(tmp_path / "sub", ("script",), ())


def test_several_paths_are_relative_to_their_common_parent(tmp_path: Path) -> None:
    grow(tmp_path, bytes_of("x/a.py", "x/deep/b.py", "y/c.py", "y/d.py", "z.py"))
    found = discover([tmp_path / "x", tmp_path / "y/c.py", tmp_path / "x/deep"])
    assert (found.root, found.files) == (tmp_path, ("x/a.py", "x/deep/b.py", "y/c.py"))


def test_a_file_that_is_a_link_is_said_not_followed(tmp_path: Path) -> None:
    grow(tmp_path, bytes_of("a.py"))
    (tmp_path / "link.py").symlink_to("a.py")
    assert discover([tmp_path / "link.py"]) == Discovery(tmp_path, (), ("link.py (symbolic link, not followed)",))


@pytest.mark.parametrize(
    ("glob", "left"),
    [
        ("a.py", ("deep/er/x.py", "deep/tests/t.py", "tests/a_test.py")),
        ("tests", ("a.py", "deep/a.py", "deep/er/x.py")),
        ("tests/", ("a.py", "deep/a.py", "deep/er/x.py")),
        ("/tests", ("a.py", "deep/a.py", "deep/er/x.py", "deep/tests/t.py")),
        ("./deep/tests", ("a.py", "deep/a.py", "deep/er/x.py", "tests/a_test.py")),
        ("deep/*", ("a.py", "tests/a_test.py")),
        ("deep/*.py", ("a.py", "deep/er/x.py", "deep/tests/t.py", "tests/a_test.py")),
        ("deep/**/x.py", ("a.py", "deep/a.py", "deep/tests/t.py", "tests/a_test.py")),
        ("**/a.py", ("deep/er/x.py", "deep/tests/t.py", "tests/a_test.py")),
        ("[ax].py", ("deep/tests/t.py", "tests/a_test.py")),
        ("[!at].py", ("a.py", "deep/a.py", "deep/tests/t.py", "tests/a_test.py")),
        ("?", ("a.py", "deep/a.py", "deep/er/x.py", "deep/tests/t.py", "tests/a_test.py")),
        ("A.PY", ("a.py", "deep/a.py", "deep/er/x.py", "deep/tests/t.py", "tests/a_test.py")),
        ("test", ("a.py", "deep/a.py", "deep/er/x.py", "deep/tests/t.py", "tests/a_test.py")),
    ],
)
def test_patterns_exclude_what_they_would_in_gitignore(tmp_path: Path, glob: str, left: tuple[str, ...]) -> None:
    names = ("a.py", "deep/a.py", "deep/er/x.py", "deep/tests/t.py", "tests/a_test.py")
    grow(tmp_path, bytes_of(*names))
    assert discover([tmp_path], exclude=[glob]).files == left
    git(tmp_path, "init", "-q")
    (tmp_path / ".git/info/exclude").write_text(glob.removeprefix("./"))
    assert discover([tmp_path]).files == left


@pytest.mark.parametrize("missing", ["nowhere", "nowhere/deep.py", "a.py/b.py"])
def test_a_missing_path_is_one_clear_line(tmp_path: Path, missing: str) -> None:
    grow(tmp_path, bytes_of("a.py"))
    with pytest.raises(UnusableInput) as caught:
        discover([tmp_path, tmp_path / missing])
    assert str(caught.value) == f"{tmp_path / missing}: no such file or folder; check the path"


def test_a_fifo_that_is_named_outright_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    with pytest.raises(UnusableInput, match="neither a file nor a folder"):
        discover([tmp_path / "pipe.py"])
