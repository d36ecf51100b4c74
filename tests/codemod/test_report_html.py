"""The HTML page: whole, escaped, without network, and alive in a browser."""

from __future__ import annotations

import html as stdlib_html
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Optional

import pytest

from codemod.marks.lines import as_written
from codemod.migrate import Settings, migrate
from codemod.records import FilePlan, Group, Leftover, Migration
from codemod.report.html import to_html
from codemod.report.picture import WIDTH, picture
from tests.codemod.report_sample import empty, plan, sample
from tests.codemod.trees import grow

VOID = {"meta", "input"}


class Tree(HTMLParser):
    """Checks that every element is closed, and keeps ids, links, tags and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, Optional[str]]] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert self.stack == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, Optional[str]]]) -> None:
        self.tags.add(tag)
        self.attributes += attributes
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, Optional[str]]]) -> None:
        self.attributes += attributes

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, name: str) -> list[str]:
        return [value or "" for key, value in self.attributes if key == name]


def test_the_page_is_whole_and_links_lead_somewhere() -> None:
    tree = Tree(to_html(sample()))
    ids = tree.values("id")
    assert len(set(ids)) == len(ids)
    assert {link[1:] for link in tree.values("href")} <= set(ids)
    assert len([ident for ident in ids if ident.startswith("file-")]) == len(sample().files)


def test_meaning_comes_first() -> None:
    text = Tree(to_html(sample())).text
    parts = ["What changes in meaning", "4 files would change", "What belongs together", "Left for you, and why",
             "What to run next", "7 edits"]  # fmt: skip
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_nothing_is_loaded_from_anywhere() -> None:
    tree = Tree(to_html(sample()))
    assert tree.tags.isdisjoint({"link", "img", "iframe", "object", "embed", "base"})
    assert tree.values("src") == []
    assert "url(" not in to_html(sample())
    assert "@import" not in to_html(sample())
    assert "default-src 'none'" in tree.values("content")[0]


def test_no_text_of_a_repository_is_markup() -> None:
    evil = "</script><img src=x onerror=alert(1)>\"'&"
    change = plan(f"{evil}.py", f"# {evil}\nimport esm\n", ("import esm", "import torch", evil))
    left = FilePlan("b.py", "left", leftovers=(Leftover("b.py", 1, evil, evil),))
    group = Group(1, (change.path, "b.py"), "left", evil)
    page = to_html(Migration(Path(f"/{evil}"), "hf", (change, left), (group,), notes=(evil,), skipped=(evil,)))
    assert "img" not in Tree(page).tags
    assert page.count("</script>") == 1
    assert Tree(page).text.count(evil) >= 8


def test_control_characters_are_shown_and_not_obeyed() -> None:
    change = plan("a\udce9.py", "x = '\u202e\x00'\nimport esm\n", ("import esm", "import torch", "imports"))
    page = to_html(Migration(Path("/r"), "hf", (change,)))
    assert page.encode("utf-8")
    assert "\u202e" not in page
    assert "\\u202e\\x00" in page


def test_every_changed_line_and_every_reason_is_there() -> None:
    text = Tree(to_html(sample())).text
    for change in sample().changed:
        for line in change.result.splitlines():
            assert line in text or line in change.source.splitlines()
    for leftover in sample().leftovers:
        assert text.count(leftover.why) >= 2


def test_a_notebook_is_shown_as_code() -> None:
    page = to_html(sample())
    assert "private-metadata-key" not in page
    assert "code line 1" in page


def test_the_page_is_the_same_every_time_and_for_any_order() -> None:
    first = sample()
    shuffled = Migration(first.root, first.to, first.files[::-1], first.groups[::-1], first.tally, first.notes,
                         first.skipped)  # fmt: skip
    assert to_html(shuffled) == to_html(first)


def test_nothing_found_has_no_files_and_no_search() -> None:
    tree = Tree(to_html(empty()))
    assert "Nothing here uses fair-esm" in tree.text
    assert "search" not in tree.values("id")
    assert "details" not in tree.tags


def test_applied_offers_undo() -> None:
    assert "--undo" in Tree(to_html(sample(applied=True))).text
    assert "--undo" not in Tree(to_html(sample())).text


def test_no_groups_make_no_picture() -> None:
    assert picture(Migration(Path("/r"), "hf", (FilePlan("a.py", "left"),)), {}) == ""


def test_boxes_do_not_overlap_and_fit() -> None:
    groups = tuple(
        Group(number, tuple(f"folder/file_{number}_{n}.py" for n in range(number % 4 + 1)), "migrated")
        for number in range(30)
    )
    drawn = picture(Migration(Path("/r"), "hf", groups=groups), {})
    outline = r'migrated" id="group-\d+"><rect x="([\d.]+)" y="([\d.]+)" width="(\d+)" height="(\d+)" rx="8"'
    boxes = re.findall(outline, drawn)
    placed = [tuple(map(float, box)) for box in boxes]
    assert len(placed) == 30
    assert all(x + width <= WIDTH + 1 for x, _, width, _ in placed)
    for index, (x, y, width, height) in enumerate(placed):
        for x2, y2, width2, height2 in placed[:index]:
            assert x >= x2 + width2 or x2 >= x + width or y >= y2 + height2 or y2 >= y + height


def test_groups_of_the_same_files_are_one_box() -> None:
    groups = (Group(1, ("a.py", "b.py"), "migrated"), Group(2, ("b.py", "a.py"), "migrated"),
              Group(3, ("a.py",), "left", "why"))  # fmt: skip
    drawn = picture(Migration(Path("/r"), "hf", groups=groups), {"a.py": "file-1"})
    assert "2 groups, migrated" in drawn
    assert "group 3, left" in drawn
    assert drawn.count('class="link"') == 1
    assert drawn.count('href="#file-1"') == 2


@pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed")
def test_search_filter_and_keys_work_from_a_file(tmp_path: Path) -> None:
    probe = """<script>
      const log = [], press = key => document.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
      const at = () => document.activeElement.closest("details")?.id || document.activeElement.id;
      const type = text => { search.value = text; search.dispatchEvent(new Event("input")); };
      log.push(shown.textContent);
      press("j"); log.push(at()); press("j"); log.push(at()); press("k"); log.push(at()); press("/"); log.push(at());
      type("Sys.argv checkpoint"); log.push(shown.textContent); press("Escape"); log.push(shown.textContent);
      boxes[0].click(); log.push(boxes[0].value + " off: " + shown.textContent);
      press("e"); log.push(files.filter(file => file.open).length); press("e");
      log.push(files.filter(file => file.open).length);
      document.title = log.join("; ");
    </script></body>"""
    file = tmp_path / "report.html"
    file.write_text(to_html(sample()).replace("</body>", probe), encoding="utf-8")
    title = re.findall("<title>(.*?)</title>", dumped(file, tmp_path))[0]
    assert stdlib_html.unescape(title) == (
        "7 of 7 files; file-1; file-2; file-1; search; 1 of 7 files; 7 of 7 files; error off: 6 of 7 files; 0; 7"
    )


@pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed")
def test_keys_and_links_jump_between_what_is_left_from_a_file(tmp_path: Path) -> None:
    page = to_html(sample())
    assert all(f"<kbd>{key}</kbd>" in page for key in ("n", "p", "g", "?"))
    probe = """<script>
      const log = [], press = key => document.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
      const at = () => document.activeElement.id || document.activeElement.closest("details")?.id;
      const seen = () => { const box = document.activeElement.getBoundingClientRect();
                           return box.top >= 0 && box.bottom <= innerHeight ? at() : at() + " out of sight"; };
      press("n"); log.push(seen()); press("n"); log.push(seen()); press("p"); log.push(seen());
      press("p"); log.push(seen()); press("n"); log.push(seen());
      document.activeElement.blur(); press("j"); press("j"); press("j"); press("j"); log.push(at());
      press("n"); log.push(seen()); press("p"); log.push(seen());
      for (const file of files) file.open = false;
      press("n"); log.push(seen(), lefts[1].closest("details").open, files.filter(file => file.open).length);
      search.value = "train.py"; filter(); press("n"); log.push(seen()); press("n"); log.push(seen());
      const arrived = () => new Promise(done => addEventListener("hashchange", () => setTimeout(done), {once: true}));
      const go = async hash => { location.hash = hash; await arrived(); return seen(); };
      press("?"); log.push(help.open); press("?"); log.push(help.open);
      (async () => {
        for (const hash of ["left-1", "change-1-1", "file-2"]) log.push(await go(hash));
        log.push(files.filter(file => file.hidden).length);
        document.title = log.join("; ");
      })();
    </script></body>"""
    file = tmp_path / "report.html"
    file.write_text(page.replace("</body>", probe), encoding="utf-8")
    title = re.findall("<title>(.*?)</title>", dumped(file, tmp_path))[0]
    assert stdlib_html.unescape(title) == (
        "left-1; left-2; left-1; left-5; left-1; file-4; left-2; left-1; left-2; true; 1; left-5; left-5; true; false; "
        "left-1; change-1-1; file-2; 0"
    )


def test_a_group_leads_to_its_changes_and_they_to_each_other() -> None:
    file = plan("a.py", "import esm\n" + "x\n" * 20 + "y = esm.f()\n" + "x\n" * 20 + "z = esm.g()\n",
                ("esm.f()", "F()", "model_call"), ("esm.g()", "G()", "model_call"))  # fmt: skip
    groups = (Group(4, ("a.py",), "migrated", None, (("a.py", 22), ("a.py", 43))),)
    page = to_html(Migration(Path("/r"), "hf", (file,), groups))
    assert '<a href="#change-4-1"><text class="title"' in page
    assert 'line 22 · <a id="change-4-1" href="#group-4">group 4</a> <a href="#change-4-2">1 of 2, next</a>' in page
    assert 'line 43 · <a id="change-4-2" href="#group-4">group 4</a> <a href="#change-4-1">2 of 2, next</a>' in page


def test_a_group_that_is_left_leads_to_the_first_of_it() -> None:
    left = FilePlan("a.py", "left", "x\ny\n", leftovers=(Leftover("a.py", 1, "r", "s"), Leftover("a.py", 2, "q", "t")))
    page = to_html(Migration(Path("/r"), "hf", (left,), (Group(1, ("a.py",), "left", "t", (("a.py", 2),)),)))
    assert '<a href="#left-2"><text class="title"' in page
    assert 't <span class="dim">[q]</span> · <a href="#group-1">group 1</a>' in page
    assert '<a href="#left-1">2 left</a></span></summary>' in page
    assert "change-" not in page


def test_each_leftover_shows_its_line() -> None:
    page = to_html(sample())
    assert 'id="left-4" tabindex="-1">line 6: ' in page
    assert Tree(page).text.count("model, alphabet = esm.pretrained.load_model_and_alphabet(sys.argv[1])") == 1


def test_once_applied_a_leftover_shows_its_line_as_it_is_now(tmp_path: Path) -> None:
    source = "import esm\n\nmodel, alphabet = esm.pretrained.esm2_t6_8M_UR50D()\nx = esm.pretrained.esmfold_v1()\n"
    found = migrate(Settings((grow(tmp_path, {"a.py": source.encode()}),), "hf", mark=True))
    for migration in (found, replace(as_written(found), applied=True)):
        shown = re.findall(r'<li id="left-\d+".*?</li>', to_html(migration))
        assert [Tree(each).text.rstrip().endswith(("import esm", "esmfold_v1()")) for each in shown] == [True, True]


def dumped(file: Path, scratch: Path) -> str:
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--virtual-time-budget=5000"]  # fmt: skip
    command = ["chromium", "--headless", *quiet, f"--user-data-dir={scratch / 'profile'}", "--dump-dom", file.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
