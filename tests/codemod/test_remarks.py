"""What is said of programs that may notice: seeds, parallel processes, precision, inference mode, parameters."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemod.migrate import Settings, migrate
from tests.codemod.trees import grow

LOAD = "model, alphabet = esm.pretrained.esm2_t6_8M_UR50D()\n"
HEAD = "head = torch.nn.Linear(320, 1)\n"
SEED = "torch.manual_seed(0)\n"
IMPORTS = "import esm\nimport torch\n"


def said(root: Path, **files: str) -> str:
    grow(root, {f"{name}.py": text.encode() for name, text in files.items()})
    return "\n".join(migrate(Settings((root,), "hf")).notes)


def test_a_seed_before_the_load_is_said_with_its_place(tmp_path: Path) -> None:
    assert "train.py, line 3, sets a seed" in said(tmp_path, train=IMPORTS + SEED + LOAD + HEAD)


def test_a_seed_in_the_program_that_imports_the_load_is_said(tmp_path: Path) -> None:
    net = f"{IMPORTS}def build():\n    {LOAD}    return model, torch.nn.Linear(320, 1)\n"
    main = "import torch\nfrom net import build\n\ntorch.manual_seed(0)\nmodel, head = build()\n"
    assert "main.py, line 4, sets a seed" in said(tmp_path, net=net, main=main)


@pytest.mark.parametrize(
    "program",
    [
        IMPORTS + LOAD + SEED + HEAD,  # as it is drawn from
        IMPORTS + SEED + LOAD + SEED + HEAD,
        IMPORTS + LOAD + SEED + HEAD + "print(model(torch.ones(1, 3).long(), repr_layers=[6]))\n",
        IMPORTS + SEED + LOAD,  # nothing random follows
        IMPORTS + "torch.cuda.manual_seed_all(0)\n" + LOAD + HEAD,
        IMPORTS + LOAD + HEAD,
        IMPORTS + SEED + LOAD + HEAD + "model.half()\n",  # which is left
    ],
)
def test_no_seed_is_spoken_of_where_the_numbers_stay(program: str, tmp_path: Path) -> None:
    assert "seed" not in said(tmp_path, train=program)


NET = f"""{IMPORTS}
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.model, _ = esm.pretrained.esm2_t6_8M_UR50D()

"""


@pytest.mark.parametrize(
    ("line", "spoken"),
    [
        ("net = torch.nn.parallel.DistributedDataParallel(Net())\n", True),
        ("net = torch.nn.parallel.DistributedDataParallel(Net(), find_unused_parameters=True)\n", False),
        ("net = torch.nn.DataParallel(Net())\n", False),
    ],
)
def test_parallel_processes_need_to_know_of_unused_parameters(line: str, spoken: bool, tmp_path: Path) -> None:
    assert ("find_unused_parameters=True" in said(tmp_path, train=NET + line)) == spoken


@pytest.mark.parametrize(
    ("line", "spoken"),
    [
        ('with torch.autocast("cuda"):\n    net(None)\n', True),
        ("with torch.cuda.amp.autocast():\n    net(None)\n", True),
        ("trainer = Trainer(precision=16)\n", True),
        ('trainer = Trainer(precision="bf16-mixed")\n', True),
        ("arguments = TrainingArguments(fp16=True)\n", True),
        ("trainer = Trainer(precision=32)\n", False),
        ("arguments = TrainingArguments(fp16=False, bf16=flag)\n", False),
        ("precision = score(net)  # not autocast\n", False),
        ("print(precision_score(average=16))\n", False),
    ],
)
def test_mixed_precision_is_spoken_of(line: str, spoken: bool, tmp_path: Path) -> None:
    assert ("line 10, runs in mixed precision" in said(tmp_path, net=f"{NET}net = Net()\n{line}")) is spoken


def test_a_seed_elsewhere_is_not_said_to_stand_before_the_load(tmp_path: Path) -> None:
    main = f"{IMPORTS}def load():\n    {LOAD}    return model\nmodel = load()\n{SEED}{HEAD}"
    assert "sets a seed: fair-esm draws" in said(tmp_path, train=main)


COUNTED = "sum(each.numel() for each in model.parameters())"


@pytest.mark.parametrize(
    ("line", "spoken"),
    [
        (f"print({COUNTED})\n", True),
        (f"n = {COUNTED[:-1]} if each.requires_grad)\n", True),
        ("for each in model.parameters():\n    n += each.nelement()\n", True),
        (f"print({COUNTED})\nmodel.lm_head\n", False),
        (f"print({COUNTED})\nprint(model(tokens)['logits'])\n", False),  # with the head, there are as many
        ("print(head.weight.numel())\n", False),
        ("for each in model.parameters():\n    each.requires_grad = False\n", False),
    ],
)
def test_counted_parameters_are_spoken_of(line: str, spoken: bool, tmp_path: Path) -> None:
    program = f"{IMPORTS}tokens, n = torch.ones(1, 3).long(), 0\n{LOAD}{line}"
    assert ("line 5, counts parameters" in said(tmp_path, train=program)) is spoken


HEADED = "head = torch.nn.Linear(320, 2)\n"
READ = "hidden = model(tokens, repr_layers=[6])['representations'][6]\n"


@pytest.mark.parametrize(
    ("lines", "spoken"),
    [
        (f"with torch.inference_mode():\n    {READ}print(torch.nn.Linear(320, 2)(hidden))\n", True),
        (f"@torch.inference_mode()\ndef embed(tokens):\n    {READ}    return hidden\n{HEADED}", True),
        (f"with torch.inference_mode():\n    {READ}print(hidden.mean(1))\n", False),
        (f"with torch.no_grad():\n    {READ}print(torch.nn.Linear(320, 2)(hidden))\n", False),
    ],
)
def test_inference_mode_is_spoken_of_where_layers_may_follow(lines: str, spoken: bool, tmp_path: Path) -> None:
    program = f"{IMPORTS}tokens = torch.ones(1, 3).long()\n{LOAD}{lines}"
    assert ("line 5, computes in inference_mode" in said(tmp_path, train=program)) is spoken
