"""The comparison notices what it must, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from tests.equivalence.compare import Comparison, compare, compare_folders  # noqa: E402

NAN = float("nan")
SAME = {
    "equal": ({"a": [1, "x", None]}, {"a": [1, "x", None]}),
    "a difference within the bound": (1.0, 1.00005),
    "NaN in the same places": (torch.tensor([1.0, NAN]), torch.tensor([1.0, NAN])),
    "rounding in a tensor": (torch.ones(3), torch.ones(3) + 5e-6),
    "an empty tensor": (torch.empty(0, 4), torch.empty(0, 4)),
}
DIFFERENT = {
    "beyond the bound": (torch.ones(3), torch.ones(3) + 2e-4),
    "another dtype": (torch.ones(3), torch.ones(3, dtype=torch.float64)),
    "another shape": (torch.ones(3), torch.ones(1, 3)),
    "NaN in another place": (torch.tensor([1.0, NAN]), torch.tensor([NAN, 1.0])),
    "a number that became NaN": (1.0, NAN),
    "an infinite difference": (torch.tensor([1.0]), torch.tensor([float("inf")])),
    "a list that became a tuple": (["a"], ("a",)),
    "a shorter list": (["a", "b"], ["a"]),
    "labels in another order": (["a", "b"], ["b", "a"]),
    "keys in another order": ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    "a missing key": ({"a": 1, "b": 2}, {"a": 1}),
    "an int that became a bool": (1, True),
    "other text": ("a", "b"),
}


@pytest.mark.parametrize("name", SAME)
def test_same(name: str) -> None:
    assert _problems(*SAME[name]) == []


@pytest.mark.parametrize("name", DIFFERENT)
def test_different(name: str) -> None:
    assert len(_problems(*DIFFERENT[name])) >= 1


def test_a_program_that_writes_nothing_proves_nothing(tmp_path: Path) -> None:
    assert compare_folders(tmp_path, tmp_path).problems == ["files: the program wrote nothing"]


def test_a_file_that_is_missing_afterwards_is_a_difference(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    for folder, names in ((before, "ab"), (after, "a")):
        folder.mkdir()
        for name in names:
            (folder / f"{name}.txt").write_text("same")
    assert compare_folders(before, after).problems == ["files: was ['a.txt', 'b.txt'], is ['a.txt']"]


def _problems(before: object, after: object) -> list[str]:
    result = Comparison()
    compare("it", before, after, result)
    return result.problems
