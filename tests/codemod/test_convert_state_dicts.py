"""Fine-tuned weights: state dicts of fair-esm's modules under the names that training code gives them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("esm.pretrained", reason="needs fair-esm", exc_type=ImportError)

from safetensors.torch import load_file  # noqa: E402

from codemod.convert.form import PUBLISHED_HEADS, infer  # noqa: E402
from codemod.convert.reading import Checkpoint  # noqa: E402
from codemod.library import CHECKPOINTS  # noqa: E402
from tests.codemod.convert_sample import ESM1B, ESM1V, ESM2, HEADS, WIDTH, contents, run, saved, state_dict  # noqa: E402

State = dict[str, Any]

SHAPES: dict[str, Callable[[State], Any]] = {
    "plain": lambda state: state,
    "model_state_dict": lambda state: {"epoch": 3, "model_state_dict": state, "optimizer_state_dict": {"state": {}}},
    "model": lambda state: {"model": state, "loss": 0.5},
    "lightning": lambda state: {"state_dict": _below("model.", state), "global_step": 7, "hyper_parameters": {"lr": 1}},
    "data parallel": lambda state: _below("module.", state),
    "both": lambda state: _below("module.model.esm.", state),
    "parameters": lambda state: {key: torch.nn.Parameter(value) for key, value in state.items()},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_state_dict_is_found_whatever_is_around_it(
    shape: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint = saved(tmp_path / "tuned.pt", SHAPES[shape](state_dict(ESM2)))
    assert run(checkpoint, tmp_path / "out") == 0
    assert "ESM-2, 6 layers, width 64, 4 attention heads" in capsys.readouterr().out
    assert _embeddings(tmp_path / "out", state_dict(ESM2)) <= 1e-5


@pytest.mark.parametrize("name", [ESM1B, ESM1V])
def test_older_models_are_converted_from_state_dicts_too(name: str, tmp_path: Path) -> None:
    assert run(saved(tmp_path / "tuned.pt", state_dict(name)), tmp_path / "out", "--heads", HEADS) == 0


def test_a_fairseq_prefix_inside_another_is_taken_off(tmp_path: Path) -> None:
    checkpoint = saved(tmp_path / "tuned.pt", {"state_dict": _below("model.", contents(ESM2)["model"])})
    assert run(checkpoint, tmp_path / "out") == 0


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"classifier.weight": torch.ones(2)}, "holds more than the language model below 'model.' (classifier.weight)"),
        ({"model.classifier.weight": torch.ones(2)}, "1 tensors not of the model (classifier.weight)"),
        ({"lm_head.bias": torch.ones(33)}, "holds more than the language model below 'model.' (lm_head.bias)"),
        ({"twin.embed_tokens.weight": torch.ones(33, WIDTH)}, "no ESM-2, ESM-1b or ESM-1v model"),
    ],
)
def test_more_than_the_language_model_is_refused(
    more: State, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint = saved(tmp_path / "tuned.pt", {"state_dict": {**_below("model.", state_dict(ESM2)), **more}})
    assert run(checkpoint, tmp_path / "out") == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_less_than_the_language_model_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    encoder = {key: value for key, value in state_dict(ESM2).items() if not key.startswith("lm_head")}
    assert run(saved(tmp_path / "tuned.pt", encoder), tmp_path / "out") == 2
    assert "6 tensors missing (lm_head.bias, lm_head.dense.bias, lm_head.dense.weight and 3 more)" in (
        capsys.readouterr().err
    )


def test_tensors_that_share_memory_or_are_views_are_written_apart(tmp_path: Path) -> None:
    state = state_dict(ESM2)
    state["layers.0.fc1.weight"] = state["layers.0.fc1.weight"].t().contiguous().t()
    state["layers.1.self_attn.q_proj.bias"] = state["layers.1.self_attn.k_proj.bias"]
    assert run(saved(tmp_path / "tuned.pt", state), tmp_path / "out") == 0
    written = load_file(tmp_path / "out" / "model.safetensors")
    assert torch.equal(written["esm.encoder.layer.0.intermediate.dense.weight"], state["layers.0.fc1.weight"])


def test_published_sizes_give_the_number_of_heads() -> None:
    for (layers, width), heads in PUBLISHED_HEADS.items():
        tensors = {
            "embed_tokens.weight": torch.empty(33, width, device="meta"),
            "layers.0.fc1.weight": torch.empty(4 * width, width, device="meta"),
            f"layers.{layers - 1}.fc1.weight": torch.empty(4 * width, width, device="meta"),
        }
        assert infer(Checkpoint(tensors)).heads == heads
    assert {(known.layers, known.width) for known in CHECKPOINTS.values()} == PUBLISHED_HEADS.keys()


def _below(prefix: str, state: State) -> State:
    return {prefix + key: value for key, value in state.items()}


def _embeddings(out: Path, state: State) -> float:
    """How far the folder's encoder is from fair-esm's module with this state dict."""
    import esm

    ours = esm.ESM2(6, WIDTH, HEADS, "ESM-1b").eval()
    ours.load_state_dict(state)
    theirs = transformers.EsmModel.from_pretrained(str(out), add_pooling_layer=False).eval()
    tokens = torch.tensor([[0, 20, 15, 32, 7, 2], [0, 5, 2, 1, 1, 1]])
    with torch.no_grad():
        before = ours(tokens, repr_layers=[6])["representations"][6]
        after = theirs(tokens, attention_mask=tokens.ne(1)).last_hidden_state
    assert before.std() > 0.3
    return float((before - after)[tokens.ne(1)].abs().max())
