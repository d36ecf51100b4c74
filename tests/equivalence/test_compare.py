"""The comparison notices what it must, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("safetensors")

from validation.equivalence.artefacts import compare_files, compare_printed  # noqa: E402
from validation.equivalence.comparing import Comparison, compare  # noqa: E402
from validation.equivalence.copies import files  # noqa: E402
from validation.equivalence.reading import Opaque, Text  # noqa: E402

NAN = float("nan")
SAME = {
    "equal": ({"a": [1, "x", None]}, {"a": [1, "x", None]}),
    "a difference within the bound": (1.0, 1.00005),
    "NaN in the same places": (torch.tensor([1.0, NAN]), torch.tensor([1.0, NAN])),
    "rounding in a tensor": (torch.ones(3), torch.ones(3) + 5e-6),
    "rounding of large values": (torch.full((3,), 1000.0), torch.full((3,), 1000.05)),
    "one step of a short type": (torch.ones(2).half(), (torch.ones(2) + 0.001).half()),
    "an empty tensor": (torch.empty(0, 4), torch.empty(0, 4)),
    "infinity on both sides": (torch.tensor([float("inf")]), torch.tensor([float("inf")])),
    "a printed number within the bound": (Text("loss 0.123456 at 7"), Text("loss 0.123459 at 7")),
    "the last printed digit": (Text("mean: 0.123"), Text("mean: 0.124")),
    "a minus before zero": (Text("[ 0.0000]"), Text("[-0.0000]")),
    "bytes": (Opaque(b"\0a"), Opaque(b"\0a")),
}
DIFFERENT = {
    "beyond the bound": (torch.ones(3), torch.ones(3) + 2e-4),
    "one value among large ones": (torch.full((999,), 9.0), torch.full((999,), 9.0).index_fill(0, torch.tensor(5), 0)),
    "another dtype": (torch.ones(3), torch.ones(3, dtype=torch.float64)),
    "another shape": (torch.ones(3), torch.ones(1, 3)),
    "another whole number": (torch.tensor([1, 2]), torch.tensor([1, 3])),
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
    "numbers in a label": ("chain 1.00001", "chain 1.00002"),
    "another whole number in a line": (Text("read 5 of 7"), Text("read 6 of 7")),
    "another printed number": (Text("loss 0.123456"), Text("loss 0.125456")),
    "one coarse printed digit": (Text("loss 0.1"), Text("loss 0.2")),
    "another version in a line": (Text("v1.2.3"), Text("v1.2.4")),
    "other bytes": (Opaque(b"\0a"), Opaque(b"\0b")),
}


@pytest.mark.parametrize("name", SAME)
def test_same(name: str) -> None:
    assert _compared(*SAME[name]).problems == []


@pytest.mark.parametrize("name", DIFFERENT)
def test_different(name: str) -> None:
    assert len(_compared(*DIFFERENT[name]).problems) >= 1


def test_a_difference_tells_its_size_and_its_bound() -> None:
    (found,) = _compared({"x": torch.zeros(2)}, {"x": torch.tensor([0.0, 0.25])}).differences
    assert (found.where, found.off, found.bound) == ("it['x']", 0.25, 1e-4)


def test_what_was_compared_is_counted() -> None:
    found = _compared({"x": torch.ones(3), "y": [1, 2.0]}, {"x": torch.ones(3), "y": [1, 2.0]})
    assert (found.tensors, found.identical, found.floats, found.values) == (1, 1, 4, 1)


@pytest.mark.parametrize(("one", "other"), [("ab", "a"), ("a", "ab")])
def test_a_file_that_only_one_run_wrote_is_a_difference(tmp_path: Path, one: str, other: str) -> None:
    for folder, names in (("before", one), ("after", other)):
        (tmp_path / folder).mkdir()
        for name in names:
            (tmp_path / folder / f"{name}.txt").write_text("same")
    found = compare_files(files(tmp_path / "before"), files(tmp_path / "after"))
    assert [each.name for each in found if each.differences] == ["b.txt"]


def test_nothing_printed_is_nothing_compared() -> None:
    assert compare_printed("\n", "") == []
    assert len(compare_printed("", "x")[0].differences) == 1


def _compared(before: object, after: object) -> Comparison:
    result = Comparison()
    compare("it", before, after, result)
    return result
