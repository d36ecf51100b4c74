"""Draw programs: the same seed gives the same ones."""

from __future__ import annotations

import ast
import random
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from tests.equivalence.made_up import words
from tests.equivalence.run import Program

T = TypeVar("T")
Files = dict[str, str]
HEAD = "import json\nimport sys\n\nimport torch\n{imports}\n\nOPTIONS = json.loads('{{\"layer\": {k}}}')\n"
SAVE = "torch.save(found, sys.argv[1])\n"
_NAMES = {"m": "model", "a": "alphabet", "c": "batch_converter"}
_OF_SELF = {key: f"self.{name}" for key, name in _NAMES.items()}


class Drawing:
    """The parts of one program, drawn once; a shape lays them out."""

    def __init__(self, chance: random.Random, to: str = "hf") -> None:
        def pick(table: Sequence[T]) -> T:
            """Any entry, the first ones more often: what is always left hides what else is in a program."""
            known = [each for each in table if not any(word in str(each) for word in words.BEYOND[to])]
            return chance.choice(known[: 1 + chance.randrange(len(known))])

        checkpoints = words.CHECKPOINTS[to]
        name, last = pick(checkpoints[:2] if chance.random() < 0.85 else checkpoints)
        imports, loaders, package = pick(words.IMPORTS)
        before, load = pick(words.LOADS)
        asked, listed, read = pick(words.LAYERS)
        self._words = {"N": name, "n": last, "k": chance.randrange(last), "P": loaders, "E": package}
        self._imports, self._before = imports, before
        self._load = pick(words.BINDS).replace("{x}", load)
        self._asked, self._layers = asked, {"L": listed, "l": read}
        self._prepared, self._converter, self._batch = map(pick, (words.PREPARED, words.CONVERTERS, words.BATCHES))
        self._tokens, self._change, self._call = map(pick, (words.TOKENS, words.CHANGES, words.CALLS))
        self._around, self._read, self._pool = map(pick, (words.AROUND, words.READS, words.POOLS))
        self._more = pick(words.MORE), pick(words.MORE)
        self._maps = next((pick((read, "")) for asked, read in words.MAPS if asked in self._call), "")
        self._chance, self._to = chance, to

    def head(self) -> str:
        return self._filled(HEAD.replace("{imports}", self._imports), _NAMES)

    def before(self) -> str:
        """What a load needs at module level."""
        return self._filled(self._before, _NAMES)

    def load(self, names: dict[str, str] = _NAMES) -> str:
        return self._lines(names, self._load, self._prepared)

    def batch(self) -> str:
        return self._lines(_NAMES, self._batch)

    def use(self, names: dict[str, str] = _NAMES) -> str:
        """From a batch to what is found."""
        return self.call(names) + self.read(names)

    def call(self, names: dict[str, str] = _NAMES) -> str:
        """From a batch to the model's output."""
        around, indent = self._around, "    " if self._around.endswith(":") else ""
        called = f"{around}\n{textwrap.indent(self._call, indent)}"
        return self._lines(names, self._converter, self._tokens, self._change, self._asked, called)

    def read(self, names: dict[str, str] = _NAMES) -> str:
        """From the output to what is found."""
        return self._lines(names, self._read, self._pool, self._maps, *self._more)

    def other(self) -> Drawing:
        """Another program, to be mixed with this one."""
        return Drawing(self._chance, self._to)

    def _lines(self, names: dict[str, str], *parts: str) -> str:
        return "\n".join(self._filled(each, names) for each in parts if each) + "\n"

    def _filled(self, text: str, names: dict[str, str]) -> str:
        for key, word in {**self._layers, **self._words, **names}.items():  # what layers are called holds other words
            text = text.replace(f"{{{key}}}", str(word))
        return text.replace("{{", "{").replace("}}", "}")


def flat(drawing: Drawing) -> Files:
    parts = (drawing.head(), drawing.before(), drawing.load(), drawing.batch(), "found = {}\n", drawing.use(), SAVE)
    return {"program.py": "\n".join(parts)}


def in_a_function(drawing: Drawing) -> Files:
    parts = (drawing.load(), drawing.batch(), "found = {}\n", drawing.use(), SAVE)
    main = f"def main():\n{_indented(*parts)}\n\nif __name__ == '__main__':\n    main()\n"
    return {"program.py": "\n".join((drawing.head(), drawing.before(), main))}


def in_a_class(drawing: Drawing) -> Files:
    made = f"class Embedder:\n    def __init__(self):\n{_indented(drawing.load(_OF_SELF), by=8)}\n"
    used = _indented("found = {}\n", drawing.use(_OF_SELF), "return found\n", by=8)
    embed = f"    def embed(self, batch):\n{used}\n"
    end = f"{drawing.batch()}found = Embedder().embed(batch)\n{SAVE}"
    return {"program.py": "\n".join((drawing.head(), drawing.before(), made, embed, end))}


def in_functions(drawing: Drawing) -> Files:
    made = f"def loaded():\n{_indented(drawing.load(), 'return model, alphabet')}\n"
    used = f"def embed(model, alphabet, batch):\n{_indented('found = {}', drawing.use(), 'return found')}\n"
    end = f"{drawing.batch()}found = embed(*loaded(), batch)\n{SAVE}"
    return {"program.py": "\n".join((drawing.head(), drawing.before(), made, used, end))}


def in_two_modules(drawing: Drawing) -> Files:
    made = "\n".join((drawing.head(), drawing.before(), drawing.load()))
    used = "\n".join(("from units import *\n", drawing.batch(), "found = {}\n", drawing.use(), SAVE))
    return {"units.py": made, "program.py": used}


def with_a_helper_module(drawing: Drawing) -> Files:
    used = f"def embed(model, alphabet, batch):\n{_indented('found = {}', drawing.use(), 'return found')}\n"
    helper = "\n".join((drawing.head(), used))
    end = "\n".join(("from helper import embed\n", drawing.batch(), "found = embed(model, alphabet, batch)", SAVE))
    return {"helper.py": helper, "program.py": "\n".join((drawing.head(), drawing.before(), drawing.load(), end))}


def in_a_network(drawing: Drawing) -> Files:
    """A module around the model, whose parameters go through a file."""
    head, end = "super().__init__()", "self.scale = torch.nn.Parameter(torch.tensor(2.0))"
    parts = _indented(head, drawing.load(_OF_SELF), end, by=8)
    made = f"class Network(torch.nn.Module):\n    def __init__(self):\n{parts}"
    used = _indented("found = {}", drawing.use(_OF_SELF), "found['scaled'] = hidden * self.scale.detach()", by=8)
    forward = f"    def forward(self, batch):\n{used}\n        return found\n"
    saved = "network = Network().eval()\ntorch.save({'epoch': 1, 'state': network.state_dict()}, 'network.pt')\n"
    read = "again = Network()\nagain.load_state_dict(torch.load('network.pt')['state'])\nfound = again.eval()(batch)\n"
    end = "\n".join((drawing.batch(), saved, read, SAVE))
    return {"program.py": "\n".join((drawing.head(), drawing.before(), made, forward, end))}


def with_inner_functions(drawing: Drawing) -> Files:
    """The model is made in one function and used in another inside it."""
    inner = f"def embed():\n{_indented('found = {}', drawing.use(), 'return found')}\n"
    outer = f"def run(batch):\n{_indented(drawing.load(), inner, 'return embed()')}\n"
    end = "\n".join((drawing.batch(), "found = run(batch)\n", SAVE))
    return {"program.py": "\n".join((drawing.head(), drawing.before(), outer, end))}


def side_by_side(drawing: Drawing) -> Files:
    """Two models, one after the other at each step, as where they are compared."""
    other, others = drawing.other(), {key: f"{name}_b" for key, name in _NAMES.items()}
    loads = (drawing.head(), other.head(), drawing.before(), drawing.load(), other.before(), other.load(others))
    steps = (drawing.call(), _renamed(other.call(others)), drawing.read(), _renamed(other.read(others)))
    found = "found, found_b = {}, {}\n"
    return {"program.py": "\n".join((*loads, drawing.batch(), found, *steps, "found = [found, found_b]", SAVE))}


def _renamed(text: str) -> str:
    """A program whose own variables, and what it finds, have other names."""
    tree = ast.parse(text)
    names = [each for each in ast.walk(tree) if isinstance(each, ast.Name)]
    own = {each.id for each in names if isinstance(each.ctx, ast.Store) and not each.id.endswith("_b")} | {"found"}
    for each in names:
        each.id += "_b" if each.id in own | _BOUND_BY_CALLS else ""
    return ast.unparse(tree)


#: What the steps before a read bind.
_BOUND_BY_CALLS = {"tokens", "output", "strings", "labels", "layer", "layers", "last", "settings"}

SHAPES: tuple[Callable[[Drawing], Files], ...] = (
    flat, in_a_function, in_a_class, in_functions, in_two_modules, with_a_helper_module, in_a_network,
    with_inner_functions, side_by_side,
)  # fmt: skip


def write_programs(folder: Path, count: int, seed: int, to: str = "hf") -> list[Program]:
    """So many programs, each in a folder of its own that says how to run it; of words that go `to` this."""
    chances = [random.Random(f"{seed} {number}") for number in range(count)]
    return [_write(folder / f"made_up_{seed}_{number}", Drawing(each, to), each) for number, each in enumerate(chances)]


def _write(folder: Path, drawing: Drawing, chance: random.Random) -> Program:
    folder.mkdir(parents=True)
    for path, text in chance.choice(SHAPES)(drawing).items():
        (folder / path).write_text(text, "utf-8")
    (folder / "command.txt").write_text("program.py {out}/found.pt\n", "utf-8")
    return Program(folder)


def _indented(*parts: str, by: int = 4) -> str:
    return "\n".join(textwrap.indent(each, " " * by) for each in parts)
