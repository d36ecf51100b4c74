"""Twin checkpoints for the conversion tests, and the conversion through the command line."""

from __future__ import annotations

import warnings
from argparse import Namespace
from pathlib import Path
from typing import Any, Callable

import torch

from codemod.cli import main
from validation.equivalence.twins import write_twins
from validation.equivalence.weights import CHECKPOINTS, VOCABULARY, random_weights

ESM2, ESM1B, ESM1V = "esm2_t6_8M_UR50D", "esm1b_t33_650M_UR50S", "esm1v_t33_650M_UR90S_1"
NAMES = (ESM2, ESM1B, ESM1V)
WIDTH, HEADS = 64, 4
SEQUENCES = ("MKTVRQERLKSIVRILERSKEPVSGAQLAEELSVSRQVIVQDIAYLRSLGYNIVA", "MALW", "KA<mask>ISQXBUZO.-<mask>")


def download(root: Path, name: str) -> Path:
    """A fair-esm download and its contact regression, as the factory finds them below `root`/torch."""
    return write_twins(root, [name]).torch_home / "hub" / "checkpoints" / f"{name}.pt"


def contents(name: str) -> dict[str, Any]:
    """What a download of true depth holds, to be changed and saved by a test."""
    weights = _weights(name)
    model = {
        f"encoder.sentence_encoder.{key}": value for key, value in weights.items() if not key.startswith("lm_head")
    }
    model.update({f"encoder.{key}": value for key, value in weights.items() if key.startswith("lm_head")})
    settings = Namespace(
        arch="roberta_large",
        encoder_layers=CHECKPOINTS[name].layers,
        encoder_embed_dim=WIDTH,
        encoder_ffn_embed_dim=4 * WIDTH,
        encoder_attention_heads=HEADS,
        max_positions=1024,
        token_dropout=True,
    )
    return (
        {"cfg": {"model": settings}, "model": model} if CHECKPOINTS[name].rotary else {"args": settings, "model": model}
    )


def state_dict(name: str = ESM2) -> dict[str, torch.Tensor]:
    """The state dict of fair-esm's own module, contact head included."""
    weights = _weights(name)
    return {**weights, **random_weights(name, CHECKPOINTS[name], WIDTH, HEADS)}


def saved(path: Path, content: object, **options: Any) -> Path:
    torch.save(content, path, **options)
    return path


def run(*arguments: object) -> int:
    """`python -m codemod convert ARGUMENTS`, its exit code."""
    return main(["convert", *map(str, arguments)])


def loaded_by_fair_esm(path: Path, name: str) -> tuple[Any, Any]:
    """Through fair-esm's own core, whose loading of local files stops at torch 2.6."""
    import esm

    with torch.serialization.safe_globals([Namespace]), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # contact regression missing
        regression = path.with_name(f"{path.stem}-contact-regression.pt")
        data = torch.load(regression, weights_only=True) if regression.exists() else None
        core: Callable[..., Any] = esm.pretrained.load_model_and_alphabet_core
        model, alphabet = core(name, torch.load(path, weights_only=True), data)
    return model.eval(), alphabet


def _weights(name: str) -> dict[str, torch.Tensor]:
    weights = random_weights(name, CHECKPOINTS[name], WIDTH, HEADS)
    body = {key: value for key, value in weights.items() if not key.startswith("contact_head")}
    assert body["embed_tokens.weight"].shape == (len(VOCABULARY), WIDTH)
    return {**body, "lm_head.weight": body["embed_tokens.weight"]}
