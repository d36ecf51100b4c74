"""Applying and undoing: what is written, what is refused, and that a refusal touches nothing."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from codemod.applying.journal import Change, Journal, Store
from codemod.applying.keeping import interrupted
from codemod.applying.transaction import apply, recover, undo
from codemod.errors import Refused
from codemod.records import FilePlan, Migration
from tests.codemod.trees import commit, git, grow, photograph, sees_everything

FILES = {"a.py": b"import esm\r\n", "deep/b.py": b"\xef\xbb\xbfx = 1\r", "c.txt": b"same"}


def plan(path: str, before: str, after: str, codec: str = "utf-8") -> FilePlan:
    return FilePlan(path, "migrated", before, after, codec)


def migration(root: Path, *more: FilePlan) -> Migration:
    first = (plan("a.py", "import esm\r\n", "import hf\r\n"), plan("deep/b.py", "x = 1\r", "x = 2\r", "utf-8-sig"))
    return Migration(root, "hf", first + more)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return grow(tmp_path, FILES)


def refused(root: Path, *more: FilePlan, dirty: bool = False) -> str:
    """The refusal of an apply, which left every byte of the tree as it was."""
    before = photograph(root)
    with pytest.raises(Refused) as caught:
        apply(migration(root, *more), allow_dirty=dirty)
    assert photograph(root) == before
    message = str(caught.value)
    assert "\n" not in message
    return message


# written


def test_every_changed_file_is_written_with_its_own_codec_and_line_ends(tree: Path) -> None:
    apply(migration(tree))
    assert (tree / "a.py").read_bytes() == b"import hf\r\n"
    assert (tree / "deep/b.py").read_bytes() == b"\xef\xbb\xbfx = 2\r"
    assert (tree / "c.txt").read_bytes() == b"same"


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o640, 0o4755])
def test_the_mode_of_a_file_is_kept_and_comes_back(tree: Path, mode: int) -> None:
    (tree / "a.py").chmod(mode)
    apply(migration(tree))
    assert stat.S_IMODE((tree / "a.py").stat().st_mode) == mode
    (tree / "a.py").chmod(0o666)
    undo(tree)
    assert stat.S_IMODE((tree / "a.py").stat().st_mode) == mode


@pytest.mark.skipif(not sees_everything(), reason="only root may give files away")
def test_the_owner_of_a_file_is_kept(tree: Path) -> None:
    os.chown(tree / "a.py", 1234, 2345)
    apply(migration(tree))
    status = (tree / "a.py").stat()
    assert (status.st_uid, status.st_gid) == (1234, 2345)


def test_undo_brings_back_every_byte_and_leaves_no_trace(tree: Path) -> None:
    before = photograph(tree)
    apply(migration(tree))
    assert photograph(tree) != before
    assert undo(tree) == ("a.py", "deep/b.py")
    assert photograph(tree) == before


def test_undo_in_a_git_tree_leaves_no_trace_in_git_either(tmp_path: Path) -> None:
    before = photograph(commit(tmp_path, FILES))
    apply(migration(tmp_path))
    assert git(tmp_path, "status", "--porcelain") == " M a.py\n M deep/b.py\n"
    undo(tmp_path)
    assert photograph(tmp_path) == before


def test_an_added_file_is_written_and_undone(tree: Path) -> None:
    before = photograph(tree)
    apply(migration(tree, plan("deep/new.py", "", "x = 3\n")))
    assert (tree / "deep/new.py").read_bytes() == b"x = 3\n"
    assert undo(tree) == ("a.py", "deep/b.py", "deep/new.py")
    assert photograph(tree) == before


def test_an_empty_file_that_exists_is_changed_and_comes_back_empty(tree: Path) -> None:
    grow(tree, {"empty.py": b""})
    apply(migration(tree, plan("empty.py", "", "x = 3\n")))
    undo(tree)
    assert (tree / "empty.py").read_bytes() == b""


def test_undo_brings_back_the_last_apply_only(tree: Path) -> None:
    apply(migration(tree))
    after = photograph(tree, without=(".codemod",))
    apply(Migration(tree, "hf", (plan("a.py", "import hf\r\n", "import third\r\n"),)))
    assert undo(tree) == ("a.py",)
    assert photograph(tree) == after
    with pytest.raises(Refused, match="nothing to undo"):
        undo(tree)


def test_names_that_are_not_utf8_or_have_newlines_are_written_and_undone(tree: Path) -> None:
    name = os.fsdecode(b"caf\xe9\n.py")
    grow(tree, {name: b"old"})
    before = photograph(tree)
    apply(migration(tree, plan(name, "old", "new")))
    assert (tree / name).read_bytes() == b"new"
    assert name in undo(tree)
    assert photograph(tree) == before


def test_the_longest_file_name_can_be_written(tree: Path) -> None:
    name = "n" * 252 + ".py"
    grow(tree, {name: b"old"})
    apply(migration(tree, plan(name, "old", "new")))
    assert (tree / name).read_bytes() == b"new"


def test_a_subfolder_of_a_work_tree_is_applied_and_undone_on_its_own(tmp_path: Path) -> None:
    commit(tmp_path, {f"part/{name}": content for name, content in FILES.items()})
    before = photograph(tmp_path)
    apply(migration(tmp_path / "part"))
    assert (tmp_path / ".git/codemod/applied").exists()
    assert undo(tmp_path / "part") == ("a.py", "deep/b.py")
    assert photograph(tmp_path) == before


def test_a_linked_worktree_keeps_its_journal_in_its_own_git_folder(tmp_path: Path) -> None:
    main = commit(tmp_path / "main", FILES)
    git(main, "worktree", "add", "-q", "../side")
    apply(migration(tmp_path / "side"))
    assert (main / ".git/worktrees/side/codemod/applied").exists()
    assert git(tmp_path / "side", "status", "--porcelain") == " M a.py\n M deep/b.py\n"
    assert undo(tmp_path / "side") == ("a.py", "deep/b.py")


def test_the_journal_of_a_plain_folder_hides_from_a_later_git(tree: Path) -> None:
    apply(migration(tree))
    git(tree, "init", "-q")
    assert ".codemod" not in git(tree, "status", "--porcelain", "--untracked-files=all")


def test_an_ignored_file_is_written_because_git_has_no_say_in_it(tmp_path: Path) -> None:
    commit(tmp_path, {".gitignore": b"scratch/\n", "x.py": b"1\n"})
    grow(tmp_path / "scratch", FILES)
    (tmp_path / "x.py").write_bytes(b"dirty\n")
    apply(migration(tmp_path / "scratch"))
    assert (tmp_path / "scratch/a.py").read_bytes() == b"import hf\r\n"


def test_untracked_files_that_stay_do_not_count_as_dirt(tmp_path: Path) -> None:
    grow(commit(tmp_path, FILES), {"notes.txt": b"mine"})
    apply(migration(tmp_path))
    assert (tmp_path / "a.py").read_bytes() == b"import hf\r\n"


def test_allow_dirty_writes_and_undo_brings_the_uncommitted_bytes_back(tmp_path: Path) -> None:
    commit(tmp_path, {**FILES, "a.py": b"older\n"})
    (tmp_path / "a.py").write_bytes(FILES["a.py"])
    before = photograph(tmp_path)
    apply(migration(tmp_path), allow_dirty=True)
    undo(tmp_path)
    assert photograph(tmp_path) == before


# left alone


def test_a_migration_without_changes_touches_nothing_and_keeps_the_last_undo(tree: Path) -> None:
    apply(migration(tree))
    before = photograph(tree)
    apply(Migration(tree, "hf", (FilePlan("a.py", "left", "import hf\r\n"),)))
    assert photograph(tree) == before
    assert undo(tree) == ("a.py", "deep/b.py")


def test_nothing_to_undo_is_said_and_nothing_is_made(tree: Path) -> None:
    before = photograph(tree)
    with pytest.raises(Refused, match="nothing to undo"):
        undo(tree)
    assert recover(tree) == ()
    assert not interrupted(tree)
    assert photograph(tree) == before


def test_a_file_changed_since_the_preview_stops_everything(tree: Path) -> None:
    (tree / "deep/b.py").write_bytes(b"mine\r")
    assert "deep/b.py: changed since the preview" in refused(tree)


def test_a_file_gone_since_the_preview_stops_everything(tree: Path) -> None:
    (tree / "a.py").unlink()
    assert "a.py: changed since the preview" in refused(tree)


def test_a_file_that_appeared_where_one_was_to_be_added_stops_everything(tree: Path) -> None:
    assert "c.txt: changed since the preview" in refused(tree, plan("c.txt", "", "x"))


def test_a_file_changed_while_files_are_written_stops_everything(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.replace

    def replace(source: str, target: str) -> None:
        real(source, target)
        if str(target).endswith("a.py"):
            (tree / "deep/b.py").write_bytes(b"mine\r")

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(Refused, match=r"deep/b\.py: changed while"):
        apply(migration(tree))
    assert photograph(tree) == photograph(grow(tree, {**FILES, "deep/b.py": b"mine\r"}))
    assert not interrupted(tree)


def test_dirty_tracked_files_are_named(tmp_path: Path) -> None:
    grow(commit(tmp_path, FILES), {"c.txt": b"edited"})
    message = refused(tmp_path)
    assert "c.txt" in message
    assert "--allow-dirty" in message


def test_a_staged_file_is_dirty(tmp_path: Path) -> None:
    grow(commit(tmp_path, FILES), {"new.py": b"x"})
    git(tmp_path, "add", "new.py")
    assert "new.py" in refused(tmp_path)


def test_an_untracked_file_that_would_be_rewritten_is_dirty(tmp_path: Path) -> None:
    commit(tmp_path, {"c.txt": b"same"})
    grow(tmp_path, FILES)
    assert "a.py (untracked)" in refused(tmp_path)


def test_dirt_in_a_nested_repository_counts_where_its_files_change(tmp_path: Path) -> None:
    grow(tmp_path, FILES)
    commit(tmp_path / "deep", {"b.py": b"older"})
    (tmp_path / "deep/b.py").write_bytes(FILES["deep/b.py"])
    assert "b.py" in refused(tmp_path)


def test_a_git_that_is_missing_does_not_mean_a_clean_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(tmp_path, FILES)
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    assert "git cannot say what is committed" in refused(tmp_path)


def test_a_read_only_file_stops_everything(tree: Path) -> None:
    (tree / "deep/b.py").chmod(0o444)
    assert "deep/b.py: is read-only" in refused(tree)


def test_a_read_only_folder_stops_everything(tree: Path) -> None:
    (tree / "deep").chmod(0o555)
    assert "deep/b.py: is read-only" in refused(tree)


def test_a_file_that_became_a_link_is_not_written_through(tree: Path) -> None:
    (tree / "a.py").rename(tree / "real.py")
    (tree / "a.py").symlink_to("real.py")
    assert "a.py" in refused(tree)


def test_a_folder_that_became_a_link_is_not_written_through(tmp_path: Path) -> None:
    tree, outside = grow(tmp_path / "tree", FILES), tmp_path / "outside"
    (tree / "deep").rename(outside)
    (tree / "deep").symlink_to(outside)
    assert "symbolic link" in refused(tree)
    assert (outside / "b.py").read_bytes() == FILES["deep/b.py"]


@pytest.mark.parametrize("path", ["../x.py", "deep/../../x.py", ".git/hooks/x", ".GIT/x", "/tmp/x.py", "//tmp/x.py"])
def test_a_path_out_of_the_tree_or_into_git_is_refused(tmp_path: Path, path: str) -> None:
    tree = commit(tmp_path / "tree", FILES)
    assert "leads out of the tree" in refused(tree, plan(path, "", "x"))


def test_text_that_the_codec_cannot_spell_is_refused(tree: Path) -> None:
    assert "c.txt" in refused(tree, plan("c.txt", "same", "π", "latin-1"))


def test_a_second_run_at_once_is_refused(tree: Path) -> None:
    with Store.of(tree).locked():
        for act in (lambda: apply(migration(tree)), lambda: undo(tree), lambda: recover(tree)):
            with pytest.raises(Refused, match="another run is at work"):
                act()
    assert photograph(tree) == photograph(grow(tree, FILES))


def test_a_journal_folder_that_is_a_link_is_refused(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (tree / ".codemod").symlink_to(outside)
    assert "symbolic link" in refused(tree)
    assert not list(outside.iterdir())


def test_undo_refuses_and_names_every_file_edited_since(tree: Path) -> None:
    apply(migration(tree))
    (tree / "a.py").write_bytes(b"mine")
    (tree / "deep/b.py").unlink()
    before = photograph(tree)
    with pytest.raises(Refused, match=r"edited since the last apply: a\.py, deep/b\.py;"):
        undo(tree)
    assert photograph(tree) == before


def test_undo_in_a_sibling_folder_is_refused(tmp_path: Path) -> None:
    commit(tmp_path, {f"part/{name}": content for name, content in FILES.items()} | {"other/x.py": b"x"})
    apply(migration(tmp_path / "part"))
    with pytest.raises(Refused, match="outside"):
        undo(tmp_path / "other")
    assert (tmp_path / "part/a.py").read_bytes() == b"import hf\r\n"


@pytest.mark.parametrize("journal", [b"", b"{}", b'{"version": 2}', b"\xff", b"[]"])
def test_a_journal_that_cannot_be_read_is_not_guessed_at(tree: Path, journal: bytes) -> None:
    grow(tree, {".codemod/applied": journal})
    with pytest.raises(Refused, match="not a journal"):
        undo(tree)
    assert (tree / ".codemod/applied").read_bytes() == journal


@pytest.mark.parametrize("absolute", [False, True])
def test_a_forged_journal_cannot_write_outside_the_tree(tmp_path: Path, absolute: bool) -> None:
    tree = grow(tmp_path / "tree", FILES)
    forged = Journal.of((Change(str(tmp_path / "victim") if absolute else "../victim", b"pwned", None, 0o644),))
    grow(tree, {".codemod/pending": forged.dump()})
    with pytest.raises(Refused, match="leads out of the tree"):
        recover(tree)
    assert not (tmp_path / "victim").exists()


def test_a_journal_reads_back_as_it_was_written() -> None:
    journal = Journal.of((Change("caf\udce9.py", b"\0\xff", None, 0o644), Change("new", None, b"", None)))
    assert Journal.load(journal.dump()) == journal
