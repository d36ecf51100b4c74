"""The converted model against fair-esm's own, on the same tokens, where fair-esm is installed."""

from __future__ import annotations

import importlib
import warnings
from argparse import Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

from codemod.convert.form import Form
from codemod.convert.reading import read, regression_file, unpickle
from codemod.convert.tokenizer import PADDING
from codemod.convert.verify import NotTheSame, load

if TYPE_CHECKING:
    from torch import Tensor

#: Largest absolute difference in float32; fair-esm differs from itself by 7e-6 between padded and unpadded batches.
BOUND = 1e-4
_PADDED = ("MKTVRQERLKSIVRILERSKEPVSGAQLAEELSVSRQVIVQDIAYLRSLGYNIVA", "MALW", "KAISQXBUZO.-")
_MASKED = ("KA<mask>ISQERLKSIV<mask>",)

Outputs = dict[str, "Tensor"]


def fair_esm() -> Optional[Any]:
    """fair-esm's module, or None: not installed, broken, or another package called esm."""
    try:
        found = importlib.import_module("esm.pretrained")
    except Exception:  # an import runs foreign code, which may raise anything
        return None
    return importlib.import_module("esm") if hasattr(found, "load_model_and_alphabet_core") else None


def differences(checkpoint: Path, folder: Path, form: Form) -> Optional[dict[str, float]]:
    """Largest absolute difference of hidden states (all layers), logits and contacts; None without fair-esm.

    One model is in memory at a time. Raises NotTheSame above BOUND.
    """
    import torch

    esm = fair_esm()
    if esm is None:
        return None
    with torch.inference_mode():
        before = list(_run_fair_esm(esm, checkpoint, form))
        after = list(_run_transformers(folder, form, [tokens for tokens, _ in before]))
    found: dict[str, float] = {}
    for (_, ours), theirs in zip(before, after):
        for name in ours:
            found[name] = max(found.get(name, 0.0), _difference(ours[name], theirs[name]))
    if max(found.values()) > BOUND:
        raise NotTheSame(f"not fair-esm's numbers: {told(found)}, at most {BOUND:g} is allowed")
    return found


def told(found: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.2g}" for name, value in found.items())


def affected(version: str) -> bool:
    """Whether this transformers is wrong for `<mask>` in padded batches: 4.56 to 5.2 (pull requests 40370, 44163)."""
    return (4, 56) <= tuple(int(part) for part in version.split(".")[:2]) < (5, 3)


def _batches() -> Iterator[tuple[str, ...]]:
    import transformers

    yield _PADDED
    yield _MASKED
    if not affected(transformers.__version__):
        yield _PADDED + _MASKED


def _run_fair_esm(esm: Any, checkpoint: Path, form: Form) -> Iterator[tuple[Tensor, Outputs]]:
    model, alphabet = _fair_esm_model(esm, checkpoint, form)
    model.eval()
    for batch in _batches():
        tokens = alphabet.get_batch_converter()([("", sequence) for sequence in batch])[2]
        found = model(tokens, repr_layers=range(form.layers + 1), return_contacts=form.contacts)
        states = list(found["representations"].values())
        yield tokens, _outputs(tokens, states, found["logits"], found.get("contacts"))


def _fair_esm_model(esm: Any, checkpoint: Path, form: Form) -> tuple[Any, Any]:
    """Through fair-esm's own loader where the file is one of its downloads."""
    raw, regression = unpickle(checkpoint), regression_file(checkpoint)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a missing contact regression, which is reported here
        if "cfg" in raw or "args" in raw:
            name = "esm2" if form.positions is None else "esm1"
            contacts = unpickle(regression) if regression.exists() else None
            model, alphabet = esm.pretrained.load_model_and_alphabet_core(name, raw, contacts)
            return model, alphabet
        alphabet = esm.Alphabet.from_architecture("ESM-1b")
        model = _empty(esm, form, alphabet)
        model.load_state_dict(dict(read(checkpoint).tensors), strict=form.contacts)
    return model, alphabet


def _empty(esm: Any, form: Form, alphabet: Any) -> Any:
    if form.positions is None:
        return esm.ESM2(form.layers, form.width, form.heads, alphabet, form.token_dropout)
    settings = Namespace(
        arch="roberta_large",
        layers=form.layers,
        embed_dim=form.width,
        ffn_embed_dim=form.feed_forward,
        attention_heads=form.heads,
        max_positions=form.positions - PADDING - 1,
        emb_layer_norm_before=form.norm_before,
        token_dropout=form.token_dropout,
    )
    return esm.ProteinBertModel(settings, alphabet)


def _run_transformers(folder: Path, form: Form, batches: list[Tensor]) -> Iterator[Outputs]:
    model, _ = load(folder)
    for tokens in batches:
        mask = tokens.ne(PADDING)
        found = model(tokens, attention_mask=mask, output_hidden_states=True)
        contacts = model.predict_contacts(tokens, mask) if form.contacts else None
        yield _outputs(tokens, list(found.hidden_states), found.logits, contacts)


def _outputs(tokens: Tensor, states: list[Tensor], logits: Tensor, contacts: Optional[Tensor]) -> Outputs:
    """Padding left out: what stands there means nothing, and releases of transformers differ in it."""
    import torch

    real = tokens.ne(PADDING)
    found = {"hidden states": torch.stack(states)[:, real], "logits": logits[real]}
    return found if contacts is None else {**found, "contacts": contacts}


def _difference(one: Tensor, other: Tensor) -> float:
    """Infinite where only one of the two is no number, or the shapes differ."""
    import torch

    if one.shape != other.shape or not torch.equal(one.isnan(), other.isnan()):
        return float("inf")
    return float((one - other).abs().nan_to_num(0).max())
