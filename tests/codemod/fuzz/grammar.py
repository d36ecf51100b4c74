"""Repositories that use fair-esm, made up: words in an order that means something, in the shapes people write."""

from __future__ import annotations

import io
import textwrap
import tokenize
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.codemod.fuzz import words

Draw = Callable[..., object]
Files = dict[str, bytes]

HEAD = (
    "import torch\ndevice = 'cpu'\nflag = bool(device)\noptions = {}\nlayers = [6]\nNAME = 'esm2_t6_8M_UR50D'\nx = {}\n"
)
NAMES = {"m": "model", "a": "alphabet", "b": "batch_converter", "t": "toks", "o": "out"}
OF_SELF = {key: f"self.{name}" for key, name in NAMES.items()}
SHORT = {"m": "net", "a": "abc", "b": "bc", "t": "batch_tokens", "o": "results"}


@dataclass(frozen=True)
class Spelling:
    """How one file names fair-esm and its values."""

    imports: str
    names: dict[str, str]

    def fill(self, line: str) -> str:
        return line.format(**self.names)


@st.composite
def repositories(draw: Draw) -> Files:
    """One to three files: a program that loads, a program that uses it, and a stranger."""
    shape = draw(st.sampled_from(_SHAPES))
    texts = shape(draw)
    if draw(st.booleans()):
        texts["stranger.py"] = "\n".join(noise(draw, 6)) + "\n"
    return {path: disguised(draw, text) for path, text in texts.items()}


@st.composite
def strangers(draw: Draw) -> Files:
    """Files without any use of fair-esm, however much they speak of it."""
    extra = ("import torch as esm\nmodel, alphabet = esm.pretrained.esm2_t6_8M_UR50D()", "from .esm import pretrained")
    lines = [HEAD, *noise(draw, 12), *draw(st.lists(st.sampled_from(extra), max_size=1)), *noise(draw, 4)]
    return {"stranger.py": disguised(draw, "\n".join(lines) + "\n"), "esm.py": b"pretrained = None\n"}


@st.composite
def endings(draw: Draw) -> str:
    """A whole program to stand at the end of another one."""
    return _script(draw)["program.py"]


def noise(draw: Draw, most: int) -> list[str]:
    return [line.format() for line in draw(st.lists(st.sampled_from(words.NOISE), max_size=most))]


def spelling(draw: Draw, names: dict[str, str] = NAMES) -> Spelling:
    statement, loaders, package = draw(st.sampled_from(words.IMPORTS))
    checkpoint = draw(st.sampled_from(words.CHECKPOINTS))
    return Spelling(statement.replace("{n}", checkpoint), {"P": loaders, "E": package, "n": checkpoint, **names})


def loading(draw: Draw, how: Spelling) -> str:
    before, expression = draw(st.sampled_from(words.LOADS))
    lines = [how.fill(before)] if before else []
    bind = draw(st.sampled_from(words.BINDS))
    return "\n".join([*lines, bind.format(x=how.fill(expression), **how.names)])


def using(draw: Draw, how: Spelling) -> list[str]:
    """Lines that prepare, convert, call and read, each drawn from its table."""
    drawn = [
        *draw(st.lists(st.sampled_from(words.PREPARE), max_size=3)),
        draw(st.sampled_from(words.CONVERT)),
        draw(st.sampled_from(words.BATCH)),
        *draw(st.lists(st.sampled_from(words.CALL), min_size=1, max_size=2)),
        *draw(st.lists(st.sampled_from(words.READ), max_size=3)),
    ]
    mixed = [how.fill(line) for line in drawn]
    for line in noise(draw, 2):
        mixed.insert(draw(st.integers(0, len(mixed))), line)
    return mixed


def inside(head: str, lines: list[str]) -> str:
    """A block; a line that needs the module's own level (a form feed, a bare comment) is indented as well."""
    return f"{head}\n" + textwrap.indent("\n".join(lines), "    ")


def _script(draw: Draw) -> dict[str, str]:
    how = spelling(draw, draw(st.sampled_from([NAMES, SHORT])))
    lines = [HEAD, how.imports, *noise(draw, 3), loading(draw, how), *using(draw, how), *noise(draw, 2)]
    return {"program.py": "\n".join(lines) + "\n"}


def _functions(draw: Draw) -> dict[str, str]:
    """`load()` returns the pair, `embed(model, alphabet)` uses it; the import may be inside."""
    how = spelling(draw)
    local = draw(st.booleans()) and "*" not in how.imports
    load = inside("def load():", [*([how.imports] if local else []), loading(draw, how), "return model, alphabet"])
    hint = draw(st.sampled_from(["model, alphabet", "model: 'esm.ESM2', alphabet", "model, alphabet, *, deep=True"]))
    embed = inside(f"def embed({hint}):", [*using(draw, how), "return out"])
    call = draw(
        st.sampled_from(["embed(*load())", "model, alphabet = load()\nembed(model, alphabet)", "result = embed"])
    )
    top = [
        HEAD,
        *([] if local else [how.imports]),
        *noise(draw, 2),
        load,
        "",
        embed,
        "",
        inside("if __name__ == '__main__':", [call]),
    ]
    return {"program.py": "\n".join(top) + "\n"}


def _classes(draw: Draw) -> dict[str, str]:
    how = spelling(draw, OF_SELF)
    base = draw(st.sampled_from(["", "(torch.nn.Module)", "(object)"]))
    start = ["super().__init__()", loading(draw, how), *(how.fill(each) for each in draw(_few(words.PREPARE)))]
    body = [
        inside("def __init__(self):", start),
        "",
        inside("def forward(self, data):", [*using(draw, how), "return self.out"]),
    ]
    lines = [HEAD, how.imports, *noise(draw, 2), inside(f"class Embedder{base}:", body), "", "embedder = Embedder()"]
    return {"program.py": "\n".join(lines) + "\n"}


#: How a second file gets the pair, and what it calls it then.
_BETWEEN = (
    ("from loading import *", {}),
    ("from loading import model, alphabet", {}),
    ("from loading import model as net, alphabet", {"m": "net"}),
    ("import loading", {"m": "loading.model", "a": "loading.alphabet"}),
)


def _modules(draw: Draw) -> dict[str, str]:
    """The pair is loaded in one file and used in another, by one import or another."""
    how = spelling(draw)
    first = "\n".join([HEAD, how.imports, *noise(draw, 2), loading(draw, how)]) + "\n"
    line, extra = draw(st.sampled_from(_BETWEEN))
    own = how if line.endswith("*") else spelling(draw)
    here = Spelling(own.imports, {**own.names, **extra})
    needs = [] if own is how else [own.imports]
    second = "\n".join([HEAD, line, *needs, *using(draw, here)]) + "\n"
    middle = {"between.py": "from loading import *\n"} if draw(st.booleans()) else {}
    second = second.replace("from loading import *", "from between import *") if middle else second
    return {"loading.py": first, "program.py": second, **middle}


def _few(table: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(table), max_size=2)


_SHAPES = (_script, _functions, _classes, _modules)


def disguised(draw: Draw, text: str) -> bytes:
    """The same program in other bytes: comments, tabs, line ends, byte order mark, no last newline."""
    if draw(st.booleans()):
        text = commented(text, draw(st.sets(st.integers(0, 40), max_size=6)))
    if draw(st.integers(0, 3)) == 0 and "\\\n" not in text:
        text = tabbed(text)
    text = text.rstrip("\n") if draw(st.integers(0, 4)) == 0 else text
    newline, mark = (
        draw(st.sampled_from(["\n", "\n", "\r\n", "\r"])),
        draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf"])),
    )
    return mark + text.replace("\n", newline).encode()


def commented(text: str, places: set[int]) -> str:
    """With a comment at the end of some lines, where a comment can stand."""
    lines = text.split("\n")
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return text
    ends = [each.end[0] for each in tokens if each.type in (tokenize.NEWLINE, tokenize.NL)]
    for number, place in enumerate(ends):
        if number in places and "#" not in lines[place - 1] and lines[place - 1].strip():
            lines[place - 1] += f"  # c{number}"
    return "\n".join(lines)


def tabbed(text: str) -> str:
    rows = [(len(line) - len(line.lstrip(" ")), line) for line in text.split("\n")]
    return "\n".join("\t" * (indent // 4) + " " * (indent % 4) + line[indent:] for indent, line in rows)
