"""The parts of one program, drawn from the tables of words."""

from __future__ import annotations

import random
import textwrap
from collections.abc import Sequence
from typing import TypeVar

from tests.equivalence.made_up import words

T = TypeVar("T")
Files = dict[str, str]
HEAD = "import json\nimport sys\n\nimport torch\n{imports}\n\nOPTIONS = json.loads('{{\"layer\": {k}}}')\n"
SAVE = "torch.save(found, sys.argv[1])\n"
NAMES = {"m": "model", "a": "alphabet", "c": "batch_converter"}


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
        self.keeper = pick(words.KEEPERS)
        self._chance, self._to = chance, to

    def head(self) -> str:
        return self._filled(HEAD.replace("{imports}", self._imports), NAMES)

    def before(self) -> str:
        """What a load needs at module level."""
        return self._filled(self._before, NAMES)

    def load(self, names: dict[str, str] = NAMES) -> str:
        return self._lines(names, self._load, self._prepared)

    def batch(self) -> str:
        return self._lines(NAMES, self._batch)

    def use(self, names: dict[str, str] = NAMES) -> str:
        """From a batch to what is found."""
        return self.call(names) + self.read(names)

    def call(self, names: dict[str, str] = NAMES) -> str:
        """From a batch to the model's output."""
        around, indent = self._around, "    " if self._around.endswith(":") else ""
        called = f"{around}\n{textwrap.indent(self._call, indent)}"
        return self._lines(names, self._converter, self._tokens, self._change, self._asked, called)

    def read(self, names: dict[str, str] = NAMES) -> str:
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
