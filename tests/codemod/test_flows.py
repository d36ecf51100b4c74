"""What the plan says of values between files, and how the picture of it is laid out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from codemod.migrate import Settings, migrate
from codemod.records import Flow, Group, Migration
from codemod.report.columns import columns
from codemod.report.layout import captions, layout
from codemod.report.picture import picture
from tests.codemod.trees import grow

EXAMPLE = Path(__file__).parents[1] / "example"
LOADER = b"import esm\n\nnet, letters = esm.pretrained.esm2_t6_8M_UR50D()\nconvert = letters.get_batch_converter()\n"


def flows(root: Path, files: dict[str, bytes], to: str = "hf") -> list[Flow]:
    groups = migrate(Settings((grow(root, files),), to)).groups
    return [flow for group in groups for flow in group.flows]


def between(found: list[Flow]) -> list[tuple[str, str, str, str]]:
    return [(each.start, each.stop, each.what, each.name) for each in found if each.start != each.stop]


# what goes where


def test_values_are_named_as_where_they_arrive(tmp_path: Path) -> None:
    user = b"from loader import net as model, convert\n\nlabels, strs, toks = convert([])\nout = model(toks)\n"
    found = flows(tmp_path, {"loader.py": LOADER, "user.py": user})
    assert between(found) == [
        ("loader.py", "user.py", "batch_converter", "convert"),
        ("loader.py", "user.py", "import", ""),
        ("loader.py", "user.py", "model", "model"),
    ]
    assert Flow("loader.py", "loader.py", "load", "esm2_t6_8M_UR50D") in found


def test_arguments_attributes_and_returns_are_followed(tmp_path: Path) -> None:
    helper = b"class H:\n    def __init__(self, m):\n        self.m = m\n\n    def run(self, t):\n        self.m(t)\n"
    user = b"import esm\nfrom helper import H\n\nnet, _ = esm.pretrained.esm2_t6_8M_UR50D()\nH(net).run(1)\n"
    found = flows(tmp_path, {"helper.py": helper, "user.py": user})
    assert ("user.py", "helper.py", "model", "self.m") in between(found)
    assert ("helper.py", "user.py", "import", "") in between(found)


def test_a_name_that_a_module_hands_on_is_an_import(tmp_path: Path) -> None:
    user = b"from a import *\n\nm, a = pretrained.esm2_t6_8M_UR50D()\n"
    found = flows(tmp_path, {"a.py": b"from esm import pretrained\n", "b.py": user})
    assert between(found) == [("a.py", "b.py", "import", "pretrained")]


@pytest.mark.parametrize("to", ["hf", "fastesm2", "stub"])
def test_the_example_is_the_same_for_every_target(to: str) -> None:
    (group,) = migrate(Settings((EXAMPLE,), to)).groups
    assert between(list(group.flows)) == [
        ("features_extract.py", "units.py", "alphabet", "alphabet"),
        ("features_extract.py", "units.py", "model", "model"),
        ("units.py", "features_extract.py", "import", ""),
        ("units.py", "features_extract.py", "import", "pretrained"),
    ]


def test_a_file_by_itself_gets_nothing_from_elsewhere(tmp_path: Path) -> None:
    found = flows(tmp_path, {"a.py": LOADER, "b.py": LOADER, "c.py": b"import a\n"})
    assert between(found) == []
    assert {each.stop for each in found} == {"a.py", "b.py"}


def test_uses_are_counted(tmp_path: Path) -> None:
    user = b"from loader import letters\n\nprint(letters.mask_idx, letters.cls_idx, letters.eos_idx)\n"
    found = flows(tmp_path, {"loader.py": LOADER, "user.py": user})
    assert Flow("loader.py", "user.py", "alphabet", "letters", 3) in found


# columns


def test_files_stand_right_of_what_they_need() -> None:
    assert columns("abcd", [("a", "b"), ("b", "c"), ("a", "d")]) == [["a"], ["b", "d"], ["c"]]


def test_in_a_circle_the_lightest_goes_back() -> None:
    assert columns("ab", [("a", "b"), ("b", "a")]) == [["a"], ["b"]]
    assert columns("ab", [("b", "a"), ("a", "b")]) == [["b"], ["a"]]
    assert columns("abc", [("a", "b"), ("b", "c"), ("c", "a")]) == [["a"], ["b"], ["c"]]


def test_files_without_arrows_stand_in_one_column() -> None:
    assert columns("ab", []) == [["a", "b"]]


# the layout


def crowd(size: int) -> tuple[list[str], list[Flow]]:
    files = [f"folder/file_{number}.py" for number in range(size)]
    pairs = [(one, other) for n, one in enumerate(files) for other in files[n + 1 : n + 4]]
    return files, [Flow(*pair, what, f"self.{what}") for pair in pairs for what in ("model", "alphabet", "import")]


@pytest.mark.parametrize("size", [1, 2, 7, 40])
def test_files_and_words_do_not_overlap(size: int) -> None:
    made = layout(*crowd(size))
    boxes = [(node.x, node.y, node.width, node.height) for node in made.nodes.values()]
    boxes += [(route.right.x - route.arrow.width - 8, route.y - route.arrow.height + 3, route.arrow.width,
               route.arrow.height) for route in made.routes]  # fmt: skip
    for index, (x, y, width, height) in enumerate(boxes):
        assert x >= 0 <= y
        assert x + width <= made.width
        assert y + height <= made.height
        for x2, y2, width2, height2 in boxes[:index]:
            assert x >= x2 + width2 or x2 >= x + width or y >= y2 + height2 or y2 >= y + height


def test_what_passes_a_file_runs_under_it() -> None:
    made = layout("abc", [Flow("a", "b", "model", "m"), Flow("b", "c", "model", "m"), Flow("a", "c", "model", "m")])
    (long,) = [route for route in made.routes if route.lane]
    assert (long.arrow.start, long.arrow.stop) == ("a", "c")
    assert long.lane is not None
    assert long.lane[1] > made.nodes["b"].y + made.nodes["b"].height


def test_many_names_are_counted_instead() -> None:
    made = layout("ab", [Flow("a", "b", "model", f"m{number}") for number in range(9)])
    assert made.routes[0].arrow.words == ("m0", "m1", "m2", "and 6 more")


def test_captions_say_what_is_loaded_and_used() -> None:
    here = [Flow("a", "a", "load", "esm2_t6_8M_UR50D"), Flow("a", "a", "load", ""), Flow("b", "a", "model", "net")]
    assert captions("a", here) == ["loads esm2_t6_8M_UR50D, what it is given", "uses model"]
    assert captions("b", here) == []


# the picture


def test_an_arrow_points_to_where_a_value_is_used() -> None:
    both = (Flow("a.py", "b.py", "model", "net"), Flow("b.py", "a.py", "import", ""))
    drawn = picture(Migration(Path("/r"), "hf", groups=(Group(1, ("a.py", "b.py"), "migrated", flows=both),)), {})
    assert re.findall(r"<title>(.*?)</title>", drawn) == ["net: from a.py to b.py", "import: from b.py to a.py"]
    heads = re.findall(r'class="tip" d="M(\d+) \d+ l(-?7) ', drawn)
    assert [turn for _, turn in heads] == ["-7", "7"]
    assert int(heads[0][0]) > int(heads[1][0])
    assert drawn.count('class="arrow imported"') == 1


def test_names_of_a_repository_are_no_markup() -> None:
    flow = Flow("<a>.py", "b.py", "model", "<script>")
    drawn = picture(Migration(Path("/r"), "hf", groups=(Group(1, ("<a>.py", "b.py"), "left", flows=(flow,)),)), {})
    assert "<script>" not in drawn
    assert "&lt;script&gt;" in drawn
