"""A migration as it looks for a repository like VirNucPro, made by hand: what the report tests show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Optional

from codemod.records import Edit, FilePlan, Group, Leftover, Migration, Tally

Change = tuple[str, str, str]  # old text, new text, rule

UNITS = """\
import os

import torch
from Bio import SeqIO
from esm import FastaBatchedDataset, pretrained


def extract_esm(fasta_file, out_file, layer=36, model_loaded=False, model=None, alphabet=None):
    \"\"\"Mean embedding of each protein.

    The dataset is read in batches of at most 2048 tokens.
    \"\"\"
    if not model_loaded:
        model, alphabet = pretrained.load_model_and_alphabet('esm2_t36_3B_UR50D')
    model.eval()
    dataset = FastaBatchedDataset.from_file(fasta_file)
    batches = dataset.get_batch_indices(2048, extra_toks_per_seq=1)
    loader = torch.utils.data.DataLoader(
        dataset, collate_fn=alphabet.get_batch_converter(1022), batch_sampler=batches
    )
    features = []
    with torch.no_grad():
        for labels, strs, toks in loader:
            out = model(toks, repr_layers=[layer], return_contacts=False)
            for i, label in enumerate(labels):
                features.append(out["representations"][layer][i, 1:len(strs[i]) + 1].mean(0))
    torch.save({'proteins': features}, out_file)
"""

FEATURES = """\
from units import *

# the name comes from units.py
ESM_model, ESM_alphabet = pretrained.load_model_and_alphabet('esm2_t36_3B_UR50D')


def process_file_pro(file):
    extract_esm(fasta_file=file, out_file=f'{file}_ESM.pt', model_loaded=True, model=ESM_model, alphabet=ESM_alphabet)
"""

TRAIN = """\
import torch
from torch import nn


class MLP(nn.Module):
    pass


# DNABERT-S and ESM-2 3B, one after the other
input_dim = 3328
hidden_dim = 512
"""

SCAN = """\
import sys

import esm

# Größe des Modells, von der Kommandozeile
model, alphabet = esm.pretrained.load_model_and_alphabet(sys.argv[1])
"""

CELLS = """\
import esm
model, alphabet = esm.pretrained.esm2_t33_650M_UR50D()
print(model.num_layers)
"""

LOAD = '"Synthyra/FastESM2_650", revision="42f08b07", trust_remote_code=True, torch_dtype=torch.float16'


def plan(path: str, before: str, *changes: Change, codec: str = "utf-8", **more: object) -> FilePlan:
    """A plan that makes `changes`, each at the first place of its old text."""
    edits = sorted(_edit(before, *change) for change in changes)
    after = spliced(before, edits)
    leftovers = tuple(Leftover(path, *rest) for rest in more.get("left", ()))  # type: ignore[attr-defined]
    status = str(more.get("status") or ("migrated" if edits and not leftovers else "partial" if edits else "left"))
    return FilePlan(path, status, before, after if edits else None, codec, tuple(edits), leftovers)


def spliced(text: str, edits: list[Edit]) -> str:
    for edit in reversed(edits):
        text = text[: edit.start] + edit.text + text[edit.stop :]
    return text


def notebook(path: str, before: str, *changes: Change) -> FilePlan:
    """A notebook of one code cell, planned as the tool plans it: edits count in the code."""
    inner = plan(path, before, *changes)
    raw = {"cells": [], "metadata": {"private-metadata-key": 1}, "nbformat": 4, "nbformat_minor": 5}
    dumped = [json.dumps({**raw, "cells": [{"cell_type": "code", "source": text}]}, indent=1) + "\n"
              for text in (before, inner.result)]
    return FilePlan(path, inner.status, dumped[0], dumped[1], "utf-8", inner.edits, (), (before, inner.result))


def sample(root: Optional[Path] = None, *, applied: bool = False) -> Migration:
    """Seven files: CRLF, latin-1, a notebook, a dependency file, one left, one that cannot be parsed."""
    root = root or Path("/home/mia/VirNucPro")
    files = (
        _features(),
        notebook(
            "notebooks/look around.ipynb",
            CELLS,
            ("import esm", "import torch\nfrom transformers import AutoModel", "imports"),
            ("model, alphabet = esm.pretrained.esm2_t33_650M_UR50D()",
             f"model = AutoModel.from_pretrained({LOAD})\ntokenizer = model.tokenizer", "load_model"),
            ("model.num_layers", "model.config.num_hidden_layers", "model_attributes"),
        ),
        FilePlan("old/broken.py", "error", "import esm\nprint 'x'\n", leftovers=(
            Leftover("old/broken.py", 2, "parse", "cannot be parsed: Missing parentheses in call to 'print'"),)),
        plan("requirements.txt", "einops\ntransformers==4.30.0\ntorch\nfair-esm==2.0.0\nbiopython\n",
             left=((4, "dependencies", "fair-esm is still used: scan/argv_models.py:3"),)),
        plan("scan/argv_models.py", SCAN, codec="latin-1", left=(
            (3, "imports", "fair-esm is still needed for line 6"),
            (6, "load_model", "the checkpoint name comes from sys.argv"))),
        plan("train.py", TRAIN, ("3328", "2048", "widths"),
             left=((12, "widths", "cached *_ESM.pt files hold embeddings of the old width 2560"),)),
        _units(),
    )
    return Migration(
        root, "fastesm2", files,
        groups=(
            Group(1, ("features_extract.py", "train.py", "units.py"), "migrated", None, (("units.py", 14),)),
            Group(2, ("scan/argv_models.py",), "left", "the checkpoint name comes from sys.argv"),
            Group(3, ("notebooks/look around.ipynb",), "migrated"),
        ),
        tally=Tally(62, 7, 21, 18, 0, 3, 0.418),
        notes=(
            "embeddings change: ESM-2 3B (2560 wide) becomes FastESM2_650 (1280 wide); models trained on the old "
            "embeddings must be retrained",
            "train.py: the input width 3328 = 768 + 2560 becomes 2048 = 768 + 1280",
        ),
        skipped=(".venv (a virtual environment)", "third_party/esm (a vendored copy of fair-esm)"),
        applied=applied,
    )


def empty(root: Path = Path("/home/mia/other")) -> Migration:
    """A repository without fair-esm."""
    return Migration(root, "hf", tally=Tally(62, 1, 0, 0, 0, 0, 0.1))


def _edit(before: str, old: str, new: str, rule: str) -> Edit:
    start = before.index(old)
    return Edit(start, start + len(old), new, rule)


def _features() -> FilePlan:
    return plan(
        "features_extract.py", FEATURES.replace("\n", "\r\n"),
        ("ESM_model, ESM_alphabet = pretrained.load_model_and_alphabet('esm2_t36_3B_UR50D')",
         f"ESM_model = AutoModel.from_pretrained({LOAD})\r\nESM_tokenizer = ESM_model.tokenizer", "load_model"),
        ("alphabet=ESM_alphabet", "alphabet=ESM_tokenizer", "batch_converter"),
    )


def _units() -> FilePlan:
    return plan(
        "units.py", UNITS.replace("\n", "\r\n"),
        ("from esm import FastaBatchedDataset, pretrained", "from transformers import AutoModel", "imports"),
        ("model, alphabet = pretrained.load_model_and_alphabet('esm2_t36_3B_UR50D')",
         f"model = AutoModel.from_pretrained({LOAD})\r\n        alphabet = model.tokenizer", "load_model"),
        ("FastaBatchedDataset.from_file(fasta_file)", "read_records(fasta_file)", "dataset"),
        ("dataset.get_batch_indices(2048, extra_toks_per_seq=1)", "token_batches(dataset, 2048)", "dataset"),
        ("alphabet.get_batch_converter(1022)", "collate(alphabet, 1022)", "batch_converter"),
        ("repr_layers=[layer], return_contacts=False",
         "attention_mask=toks.ne(alphabet.pad_token_id), output_hidden_states=True", "model_call"),
        ('out["representations"][layer]', "out.last_hidden_state", "representations"),
    )
