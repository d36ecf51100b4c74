"""The tool's own shape: layers, no import cycles, light start, small files and functions, a fixed top level."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import networkx
import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(file for name in ("codemod", "validation") for file in (ROOT / name).rglob("*.py"))
PROGRAMS = [file for file in FILES if file.parent.name != "emitted"]
TOP = {"pixi.toml", "codemod", "validation", "tests", "README.md", "pyproject.toml", "LICENSE", "CHANGELOG.md"}
HEAVY = ("libcst", "rich", "networkx", "torch", "transformers")

#: From the bottom up: a package or module imports itself and what stands in the lines before its own, nothing else.
LAYERS = (
    ("", "errors", "records", "library", "labels"),
    ("explain", "manifests", "marker", "program"),
    ("completion", "flow", "notebooks", "report", "settings", "widths"),
    ("files", "mentions", "uses"),
    ("applying", "review", "rule", "writing"),
    ("convert", "deciding", "marks", "rules"),
    ("checkpoints", "remarks"),
    ("rewrite",),
    ("notes",),
    ("plan",),
    ("migrate",),
    ("cli",),
    ("__main__",),
)
LEVEL = {part: level for level, layer in enumerate(LAYERS) for part in layer}


def name_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


TREES = {name_of(file): ast.parse(file.read_text("utf-8")) for file in PROGRAMS}


def nodes(tree: ast.AST, lazily: bool) -> Iterator[ast.AST]:
    """Statements that run at import, or also those in functions; never those for the type checker alone."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.If) and getattr(child.test, "id", "") == "TYPE_CHECKING":
            continue
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)) and not lazily:
            continue
        yield child
        yield from nodes(child, lazily)


def imported(name: str, lazily: bool = False) -> set[str]:
    """The modules of this project that a module imports."""
    found: set[str] = set()
    for node in nodes(TREES[name], lazily):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inner & TREES.keys()) or {node.module}
    return found & TREES.keys()


def part(name: str) -> str:
    """The package or module of the codemod that a module belongs to: `codemod.flow.values` to `flow`."""
    return name.split(".")[1] if "." in name else ""


def test_every_part_has_a_layer() -> None:
    assert {part(name) for name in TREES if name[:3] == "cod"} - {"emitted"} == LEVEL.keys()


def test_no_module_imports_a_layer_above_it() -> None:
    upwards = [
        f"{name} imports {other}"
        for name in TREES
        for other in imported(name, lazily=True)
        if name[:3] == "cod" and part(name) != part(other) and LEVEL[part(name)] <= LEVEL[part(other)]
    ]
    assert not upwards


def test_neither_half_imports_the_other() -> None:
    """`validation` asks `python -m codemod --json`; that contract is all it knows."""
    assert not [name for name in TREES for other in imported(name, lazily=True) if name[:3] != other[:3]]


def test_imports_make_no_cycle() -> None:
    graph = networkx.DiGraph([(name, other) for name in TREES for other in imported(name)])
    assert graph.number_of_edges() > 100
    assert not list(networkx.simple_cycles(graph))


@pytest.mark.parametrize("file", [file for file in FILES if file.name == "__init__.py"], ids=name_of)
def test_init_files_import_nothing(file: Path) -> None:
    imports = (ast.Import, ast.ImportFrom)
    assert not [node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, imports)]


def test_every_file_fits_in_300_lines() -> None:
    sizes = {name_of(file): len(file.read_text("utf-8").splitlines()) for file in FILES}
    assert {name: size for name, size in sizes.items() if size > 300} == {}


def test_every_function_fits_in_50_lines() -> None:
    functions = [
        (f"{name}.{node.name}", node.end_lineno - node.lineno + 1)
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno
    ]
    assert len(functions) > 300
    assert [each for each in functions if each[1] > 50] == []
    assert sorted(size for _, size in functions)[len(functions) // 2] <= 10


def loaded_by(*arguments: str) -> set[str]:
    """The heavy packages that a run of the codemod loads."""
    program = (
        "import sys; from codemod.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        f"print(*sorted(set({HEAVY!r}) & sys.modules.keys()), file=sys.stderr)"
    )
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [["--help"], ["--list", "--quiet"]], ids=["help", "list"])
def test_asking_for_help_loads_nothing_heavy(arguments: list[str]) -> None:
    assert loaded_by(*arguments) == set()


def test_a_tree_without_fair_esm_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("import numpy\n\nprint(numpy.pi)\n", "utf-8")
    assert loaded_by(str(tmp_path)) == set()


def test_a_plain_migration_loads_no_library_but_the_reports(tmp_path: Path) -> None:
    program = "import esm\n\nmodel, alphabet = esm.pretrained.esm2_t6_8M_UR50D()\nprint(alphabet.mask_idx)\n"
    (tmp_path / "program.py").write_text(program, "utf-8")
    assert loaded_by("--to", "hf", str(tmp_path)) == {"rich"}


def test_a_migration_never_loads_torch() -> None:
    loaded = loaded_by("--quiet", "tests/example")
    assert "torch" not in loaded
    assert "transformers" not in loaded


def test_the_top_level_is_fixed() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if tracked.returncode or not tracked.stdout:
        pytest.skip("no git checkout")
    tops = {line.split("/")[0] for line in tracked.stdout.splitlines()}
    assert {top for top in tops if not top.startswith(".")} == TOP
