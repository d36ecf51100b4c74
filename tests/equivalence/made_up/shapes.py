"""How the parts of a program are laid out: one function for each way."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable

from tests.equivalence.made_up.drawing import NAMES, SAVE, Drawing, Files

_OF_SELF = {key: f"self.{name}" for key, name in NAMES.items()}


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


def in_a_keeper(drawing: Drawing) -> Files:
    """The model is kept in something that another function reads."""
    made, word = drawing.keeper
    names = {key: word.format(name=name) for key, name in NAMES.items()}
    used = f"def embed(batch):\n{_indented('found = {}', drawing.use(names), 'return found')}\n"
    end = (drawing.load(names), drawing.batch(), "found = embed(batch)\n", SAVE)
    return {"program.py": "\n".join((drawing.head(), drawing.before(), made, used, *end))}


def handed_over(drawing: Drawing) -> Files:
    """What keeps the model is an argument."""
    made, word = drawing.keeper
    names = {key: word.format(name=name) for key, name in NAMES.items()}
    others = {key: name.replace("kit", "given", 1) for key, name in names.items()}
    used = f"def embed(given, batch):\n{_indented('found = {}', drawing.use(others), 'return found')}\n"
    end = (drawing.load(names), drawing.batch(), "found = embed(kit, batch)\n", SAVE)
    return {"program.py": "\n".join((drawing.head(), drawing.before(), made, used, *end))}


def when_asked_for(drawing: Drawing) -> Files:
    """A module's variables are filled by the first that asks."""
    load = _indented("global model, alphabet", "if model is None:", _indented(drawing.load()), "return model, alphabet")
    made = f"model = alphabet = None\n\ndef loaded():\n{load}\n"
    taken = "model, alphabet = loaded()"
    used = f"def embed(batch):\n{_indented(taken, 'found = {}', drawing.use(), 'return found')}\n"
    end = (drawing.batch(), "found = [embed(batch), embed(batch[:1])]\n", SAVE)
    return {"program.py": "\n".join((drawing.head(), drawing.before(), made, used, *end))}


def cached(drawing: Drawing) -> Files:
    made = f"@functools.lru_cache(maxsize=None)\ndef loaded():\n{_indented(drawing.load(), 'return model, alphabet')}\n"
    taken = "model, alphabet = loaded()"
    used = f"@torch.no_grad()\ndef embed(batch):\n{_indented(taken, 'found = {}', drawing.use(), 'return found')}\n"
    end = (drawing.batch(), "found = embed(batch)\n", SAVE)
    return {"program.py": "\n".join((drawing.head(), "import functools\n", drawing.before(), made, used, *end))}


def inherited(drawing: Drawing) -> Files:
    made = f"class Loaded:\n    def __init__(self):\n{_indented(drawing.load(_OF_SELF), by=8)}\n"
    used = _indented("found = {}\n", drawing.use(_OF_SELF), "return found\n", by=8)
    embed = f"class Embedder(Loaded):\n    def __call__(self, batch):\n{used}\n"
    end = f"{drawing.batch()}embedder = Embedder()\nfound = [embedder(each) for each in (batch, batch[:1])]\n{SAVE}"
    return {"program.py": "\n".join((drawing.head(), drawing.before(), made, embed, end))}


def by_a_generator(drawing: Drawing) -> Files:
    used = _indented("for batch in batches:", _indented("found = {}", drawing.use(), "yield found"))
    made = f"def embed(batches):\n{_indented(drawing.load())}\n{used}\n"
    end = (drawing.batch(), "found = list(embed([batch, batch[:1]]))\n", SAVE)
    return {"program.py": "\n".join((drawing.head(), drawing.before(), made, *end))}


def by_a_closure(drawing: Drawing) -> Files:
    inner = f"def embed(batch):\n{_indented('found = {}', drawing.use(), 'return found')}\n"
    outer = f"def embedder():\n{_indented(drawing.load(), inner, 'return embed')}\n"
    end = (drawing.batch(), "embed = embedder()\nfound = embed(batch)\n", SAVE)
    return {"program.py": "\n".join((drawing.head(), drawing.before(), outer, *end))}


def in_a_package(drawing: Drawing) -> Files:
    made = "\n".join((drawing.head(), drawing.before(), drawing.load()))
    used = f"def embed(batch):\n{_indented('found = {}', drawing.use(), 'return found')}\n"
    end = (drawing.batch(), "found = embed(batch)\n", SAVE)
    program = "\n".join((drawing.head(), "from kit import alphabet, model\n", used, *end))
    return {"kit/__init__.py": "from .units import alphabet, model\n", "kit/units.py": made, "program.py": program}


def of_a_module(drawing: Drawing) -> Files:
    """Another module's variables are used as its attributes."""
    names = {key: f"units.{name}" for key, name in NAMES.items()}
    made = "\n".join((drawing.head(), drawing.before(), drawing.load()))
    program = "\n".join((drawing.head(), "import units\n", drawing.batch(), "found = {}\n", drawing.use(names), SAVE))
    return {"units.py": made, "program.py": program}


def side_by_side(drawing: Drawing) -> Files:
    """Two models, one after the other at each step, as where they are compared."""
    other, others = drawing.other(), {key: f"{name}_b" for key, name in NAMES.items()}
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
    with_inner_functions, side_by_side, in_a_keeper, handed_over, when_asked_for, cached, inherited, by_a_generator,
    by_a_closure, in_a_package, of_a_module,
)  # fmt: skip


def _indented(*parts: str, by: int = 4) -> str:
    return "\n".join(textwrap.indent(each, " " * by) for each in parts)
