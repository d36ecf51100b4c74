"""Where a checkpoint is loaded from after the migration: a Hub id, or the folder that was converted from a file."""

from __future__ import annotations

import ast
import re
from typing import Optional

from codemod.flow.local_weights import cached, file_name, folder_of
from codemod.flow.values import origins
from codemod.library import CHECKPOINTS, LOADERS, WITHOUT_COUNTERPART
from codemod.rule import Left, Site, helper
from codemod.uses.shapes import ACTS

FASTESM2, REVISION = "Synthyra/FastESM2_650", "42f08b077713e49fb546aa8f3b01606cf74919f7"
CONVERT = (
    "local fair-esm weights: `python -m codemod convert WEIGHTS.pt FOLDER` turns ESM-2, ESM-1b and ESM-1v into a "
    "folder for from_pretrained; load that"
)
CHOICE = "the checkpoint is chosen at run time, and FastESM2_650 is one checkpoint: --to hf keeps the choice"


_TAKES_BOTH = "esm.pretrained.load_model_and_alphabet"
_NAME = re.compile(r"f[\"']esm(2|1b|1v)_t\d+_[^./]*\Z")  # what is no path, whatever is put into it


def hub_id(site: Site) -> str | Left:
    """An expression for the Hub id."""
    names, call = site.analysis.names(site.node), site.node
    if names & WITHOUT_COUNTERPART.keys():
        return without(names)
    held = isinstance(call, ast.Call) and call.func not in origins(site.value(call.func)) and not _by_name(site)
    if held and site.target.to != "fastesm2":
        return site.code(call.func)  # type: ignore[attr-defined]  # a variable that held a factory holds its Hub id
    if any(each.endswith(".pt") for each in site.analysis.paths(call)) and site.target.to != "fastesm2":
        return _folder(site)
    if site.use.key == "esm.pretrained.load_model_and_alphabet_local()" and not names <= CHECKPOINTS.keys():
        return _folder(site) if site.target.to != "fastesm2" else Left(CONVERT)
    return named(site, names, argument_of(site))


def without(names: frozenset[str]) -> Left:
    return Left(WITHOUT_COUNTERPART[min(names & WITHOUT_COUNTERPART.keys())])


def _folder(site: Site) -> str | Left:
    """The folder that `python -m codemod convert` writes beside a file of weights."""
    argument = argument_of(site)
    written = file_name(argument)
    download = cached(written) if written else None
    if download in CHECKPOINTS:
        return f'"{CHECKPOINTS[download].hub}"'
    folder = folder_of(site.code(argument)) if argument and written else None
    if folder:
        return f"{folder}, local_files_only=True"
    if argument is None or not _is_free(argument):
        return Left(CONVERT)
    return f"{_either(site, 'converted_checkpoint')}({site.code(argument)})"


def _either(site: Site, function: str) -> str:
    """The function for what comes at run time; `load_model_and_alphabet` takes names and paths alike."""
    loader, _ = site.analysis.calls.get(site.node, ("", None))
    is_name = _NAME.match(site.code(argument_of(site) or site.node)) if loader else None
    return helper("checkpoint_location" if loader == _TAKES_BOTH and not is_name else function)


def _is_free(node: ast.expr) -> bool:
    """Whether an expression can be written twice: evaluating it again gives the same and does nothing."""
    calls = [each.func for each in ast.walk(node) if isinstance(each, ast.Call)]
    return all(map(_only_reads, calls)) and not any(isinstance(each, (*ACTS, ast.Lambda)) for each in ast.walk(node))


def _only_reads(function: ast.expr) -> bool:
    return ast.unparse(function).rpartition(".")[2] in ("str", "Path", "join", "get", "fspath", "expanduser")


def named(site: Site, names: frozenset[str], argument: Optional[ast.expr]) -> str | Left:
    """An expression for the Hub id of what `argument` names, where it can be any of `names`."""
    if names & WITHOUT_COUNTERPART.keys():
        return without(names)
    if any(each.endswith(".pt") for each in names):
        return Left(CONVERT)
    unknown = sorted(names - CHECKPOINTS.keys() - {"?"})
    if unknown:
        return Left(f"fair-esm has no checkpoint {unknown[0]!r}")
    if site.target.to == "fastesm2":
        return Left(CHOICE) if "?" in names else f'"{FASTESM2}"'
    return _facebook(site, names, argument)


def _by_name(site: Site) -> bool:
    """Whether the checkpoint is an argument of the call, rather than the function that is called."""
    kind = site.analysis.calls[site.node][0].rpartition(".")[2]
    return kind in ("load", *LOADERS)


def _facebook(site: Site, names: frozenset[str], argument: Optional[ast.expr]) -> str | Left:
    if len(names) == 1 and names <= CHECKPOINTS.keys() and not isinstance(argument, (ast.Name, ast.Attribute)):
        (only,) = names
        return f'"{CHECKPOINTS[only].hub}"'
    if argument is None:
        return Left("the checkpoint's name is not in this call")
    text = site.code(argument)
    if not _is_free(argument) or "\n" in text:
        return Left("the checkpoint's name is an expression: give it a variable of its own first")
    hinted, plain = names - {"?"}, isinstance(argument, (ast.Name, ast.Attribute, ast.JoinedStr, ast.Subscript))
    if plain and hinted and all(CHECKPOINTS[each].hub == f"facebook/{each}" for each in hinted):
        return f'f"facebook/{{{text}}}"' if '"' not in text else f'"facebook/" + {text}'
    return f"{_either(site, 'hub_checkpoint')}({text})"


def argument_of(site: Site) -> Optional[ast.expr]:
    """The expression that names the checkpoint; None for a factory."""
    call = site.node
    assert isinstance(call, ast.Call)
    kind = site.analysis.calls[call][0]
    if kind == "esm.pretrained.*":
        inner = call.func
        return inner.args[1] if isinstance(inner, ast.Call) and len(inner.args) > 1 else None
    if kind.rpartition(".")[2] in CHECKPOINTS:
        return None
    position = 1 if kind == "torch.hub.load" else 0
    given = [each.value for each in call.keywords if each.arg in ("model_name", "model")]
    return given[0] if given else call.args[position] if len(call.args) > position else None
