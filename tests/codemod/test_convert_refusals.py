"""Files that are not converted, places that are not written: said in one line, and nothing is changed or run."""

from __future__ import annotations

import os
import subprocess
import sys
import types
from argparse import Namespace
from pathlib import Path
from typing import Any, Callable

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from codemod.convert import convert as conversion  # noqa: E402
from codemod.convert import folder as folders  # noqa: E402
from tests.codemod.convert_sample import ESM1B, ESM1V, ESM2, contents, run, saved, state_dict  # noqa: E402


class Malice:
    """Makes a folder when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = str(marker)

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self.marker,)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def refused(tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Convert, expect exit code 2, one line and nothing written; the line comes back."""

    def check(checkpoint: Path, *options: object) -> str:
        before = sorted(tmp_path.rglob("*"))
        assert run(checkpoint, out, *options) == 2
        assert sorted(tmp_path.rglob("*")) == before
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith("codemod convert: ")
        assert said.err.count("\n") == 1
        return said.err

    return check


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("place", ["checkpoint", "settings", "regression"])
def test_a_malicious_pickle_is_refused_and_not_run(
    place: str, zipped: bool, tmp_path: Path, refused: Callable[..., str]
) -> None:
    marker = tmp_path / "marker"
    content = contents(ESM2)
    if place == "checkpoint":
        content["extra"] = Malice(marker)
    elif place == "settings":
        content["cfg"]["model"].extra = Malice(marker)
    checkpoint = saved(tmp_path / "esm2.pt", content, _use_new_zipfile_serialization=zipped)
    bad = checkpoint
    if place == "regression":
        bad = tmp_path / "esm2-contact-regression.pt"
        saved(bad, {"model": {}, "extra": Malice(marker)}, _use_new_zipfile_serialization=zipped)
    torch.load(bad, weights_only=False)
    assert marker.is_dir(), "this file does nothing at all"
    marker.rmdir()
    said = refused(checkpoint)
    assert bad.name in said
    assert f"{os.mkdir.__module__}.mkdir" in said
    assert not marker.exists()


def test_settings_are_allowed_only_while_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed, load = [], torch.load
    monkeypatch.setattr(
        torch, "load", lambda *a, **k: allowed.append(set(torch.serialization.get_safe_globals())) or load(*a, **k)
    )
    known = set(torch.serialization.get_safe_globals())
    assert run(saved(tmp_path / "esm2.pt", contents(ESM2)), tmp_path / "out", "--no-run") == 0
    assert [now - known for now in allowed] == [{Namespace}]
    assert Namespace not in torch.serialization.get_safe_globals()


def test_a_pickled_model_is_told_from_its_weights(tmp_path: Path, refused: Callable[..., str]) -> None:
    said = refused(saved(tmp_path / "model.pt", torch.nn.Linear(2, 2)))
    assert "pickles a whole model object" in said
    assert "state_dict()" in said


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.99])
@pytest.mark.parametrize("zipped", [True, False])
def test_a_truncated_file_is_refused(kept: float, zipped: bool, tmp_path: Path, refused: Callable[..., str]) -> None:
    checkpoint = saved(tmp_path / "esm2.pt", contents(ESM2), _use_new_zipfile_serialization=zipped)
    whole = checkpoint.read_bytes()
    checkpoint.write_bytes(whole[: int(kept * len(whole))])
    assert "cut off" in refused(checkpoint)


@pytest.mark.parametrize("content", [b"hello\n", b"\x80\x04\x95", b"PK\x05\x06" + bytes(18), bytes(1000)])
def test_bytes_that_are_no_checkpoint_are_refused(content: bytes, tmp_path: Path, refused: Callable[..., str]) -> None:
    (tmp_path / "x.pt").write_bytes(content)
    assert "no whole PyTorch checkpoint" in refused(tmp_path / "x.pt")


def test_a_file_that_is_not_there_is_named(tmp_path: Path, refused: Callable[..., str]) -> None:
    assert "x.pt cannot be read: No such file" in refused(tmp_path / "x.pt")
    assert "cannot be read" in refused(tmp_path)


@pytest.mark.parametrize(
    ("arch", "why"),
    [
        ("protein_bert_base", "ESM-1 has no counterpart"),
        ("msa_transformer", "MSA Transformer has no counterpart"),
        ("vae_invariant_gvp_transformer", "ESM-IF1 has no counterpart"),
        ("roberta_small", "'roberta_small' is not one of fair-esm's"),
    ],
)
def test_another_family_is_refused_with_the_reason(
    arch: str, why: str, tmp_path: Path, refused: Callable[..., str]
) -> None:
    content = {"args": Namespace(arch=arch), "model": {"encoder.embed_tokens.weight": torch.ones(35, 4)}}
    assert why in refused(saved(tmp_path / "x.pt", content))


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("embed_out", "ESM-1 has no counterpart"),
        ("layers.0.self_attn.bias_k", "ESM-1 has no counterpart"),
        ("layers.0.row_self_attention.layer.k_proj.weight", "MSA Transformer has no counterpart"),
        ("msa_position_embedding", "MSA Transformer has no counterpart"),
        ("encoder.gvp_encoder.embed_graph.embed_node.0.ws.weight", "ESM-IF1 has no counterpart"),
        ("trunk.blocks.0.layernorm_1.weight", "EsmForProteinFolding"),
        ("layers.0.self_attn.q_proj.lora_A.weight", "adapter"),
        ("esm.encoder.layer.0.attention.self.query.weight", "transformers' names already"),
        ("transformer.blocks.0.attn.out_proj.weight", "EvolutionaryScale"),
    ],
)
def test_a_state_dict_of_another_family_is_refused_with_the_reason(
    key: str, why: str, tmp_path: Path, refused: Callable[..., str]
) -> None:
    assert why in refused(saved(tmp_path / "x.pt", {"model": {key: torch.ones(2)}}))


def test_an_esmfold_download_is_known_by_the_class_of_its_settings(
    tmp_path: Path, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = types.ModuleType("omegaconf.dictconfig")
    settings = type("DictConfig", (), {"__module__": module.__name__})
    module.DictConfig = settings  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "omegaconf", types.ModuleType("omegaconf"))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    assert "EsmForProteinFolding" in refused(saved(tmp_path / "x.pt", {"cfg": settings(), "model": {}}))


@pytest.mark.parametrize("content", [{}, [], 3, torch.ones(2), {"epoch": 3, "model": {"a": 1}}, {"optimizer": {}}])
def test_a_file_without_a_state_dict_is_refused(content: object, tmp_path: Path, refused: Callable[..., str]) -> None:
    assert "no state dict" in refused(saved(tmp_path / "x.pt", content))


def test_tensors_of_no_language_model_are_refused(tmp_path: Path, refused: Callable[..., str]) -> None:
    assert "no ESM-2, ESM-1b or ESM-1v model" in refused(saved(tmp_path / "x.pt", torch.nn.Linear(2, 2).state_dict()))


Change = Callable[[dict[str, Any]], object]
_BIAS = "encoder.sentence_encoder.layers.3.fc2.bias"
_EMBEDDING = "encoder.sentence_encoder.embed_tokens.weight"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda c: c["model"].pop(_BIAS), "1 tensors missing (layers.3.fc2.bias)"),
        (lambda c: c["model"].update({"encoder.head.bias": torch.ones(2)}), "1 tensors not of the model (head.bias)"),
        (lambda c: c["model"].update({_BIAS: torch.ones(2)}), "layers.3.fc2.bias (2,) torch.float32, expected (64,)"),
        (lambda c: c["model"].update({_BIAS: c["model"][_BIAS].int()}), "layers.3.fc2.bias (64,) torch.int32"),
        (lambda c: c["model"].update({"encoder.lm_head.weight": torch.ones(33, 64)}), "the two are one matrix"),
        (
            lambda c: c["model"].update(
                {"encoder.sentence_encoder.layers.3.self_attn.rot_emb.inv_freq": torch.ones(8)}
            ),
            "rotary frequencies differ",
        ),
        (lambda c: c["model"].update({_EMBEDDING: torch.ones(35, 64)}), "has 35 tokens"),
        (lambda c: setattr(c["cfg"]["model"], "encoder_layers", 12), "layers is 12, its tensors say 6"),
        (lambda c: setattr(c["cfg"]["model"], "encoder_embed_dim", 320), "embed_dim is 320, its tensors say 64"),
        (lambda c: setattr(c["cfg"]["model"], "encoder_attention_heads", 8), "settings says 8, the rotary frequencies"),
    ],
)
def test_a_model_that_is_almost_esm2_is_refused(
    change: Change, why: str, tmp_path: Path, refused: Callable[..., str]
) -> None:
    content = contents(ESM2)
    change(content)
    assert why in refused(saved(tmp_path / "esm2.pt", content))


def test_a_regression_file_of_another_model_is_refused(tmp_path: Path, refused: Callable[..., str]) -> None:
    checkpoint = saved(tmp_path / "esm1b.pt", contents(ESM1B))
    head = {"contact_head.regression.weight": torch.ones(1, 24), "contact_head.regression.bias": torch.ones(1)}
    saved(tmp_path / "esm1b-contact-regression.pt", {"model": head})
    assert "the contact head says 0" in refused(checkpoint)
    saved(tmp_path / "esm1b-contact-regression.pt", {"model": {}})
    assert "holds no contact regression" in refused(checkpoint)


def test_heads_that_cannot_be_told_are_asked_for(tmp_path: Path, refused: Callable[..., str], out: Path) -> None:
    weights = {key: value for key, value in state_dict(ESM1V).items() if not key.startswith("contact")}
    checkpoint = saved(tmp_path / "mine.pt", weights)
    assert "give it with --heads" in refused(checkpoint)
    assert "7 attention heads do not divide the width 64" in refused(checkpoint, "--heads", 7)
    assert "0 attention heads" in refused(checkpoint, "--heads", 0)
    assert run(checkpoint, out, "--heads", 4) == 0


def test_heads_that_contradict_the_file_are_refused(tmp_path: Path, refused: Callable[..., str]) -> None:
    checkpoint = saved(tmp_path / "esm2.pt", contents(ESM2))
    assert "the rotary frequencies says 4, --heads says 8" in refused(checkpoint, "--heads", 8)


@pytest.mark.parametrize("kind", ["folder with a file", "file", "link", "link to nothing"])
def test_a_place_that_is_taken_is_left_alone(kind: str, tmp_path: Path, out: Path, refused: Callable[..., str]) -> None:
    if kind == "folder with a file":
        out.mkdir()
        (out / "config.json").write_text("mine")
    elif kind == "file":
        out.write_text("mine")
    else:
        out.symlink_to(tmp_path if kind == "link" else tmp_path / "nowhere")
    assert "exists and is not an empty folder" in refused(saved(tmp_path / "esm2.pt", contents(ESM2)))
    assert kind != "file" or out.read_text() == "mine"
    assert kind != "folder with a file" or (out / "config.json").read_text() == "mine"


def test_an_empty_folder_is_taken_as_the_place(tmp_path: Path, out: Path) -> None:
    out.mkdir()
    assert run(saved(tmp_path / "esm2.pt", contents(ESM2)), out, "--no-run") == 0
    assert (out / "model.safetensors").is_file()


def test_a_place_in_no_folder_is_refused(tmp_path: Path, refused: Callable[..., str]) -> None:
    checkpoint = saved(tmp_path / "esm2.pt", contents(ESM2))
    assert run(checkpoint, tmp_path / "no" / "out") == 2
    assert not (tmp_path / "no").exists()


def test_a_tensor_that_is_written_wrong_is_found(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong(folder: Path, form: Any, tensors: dict[str, torch.Tensor]) -> None:
        folders.write(folder, form, {**tensors, "lm_head.bias": tensors["lm_head.bias"] + 1e-6})

    monkeypatch.setattr(conversion, "write", wrong)
    checkpoint = saved(tmp_path / "esm2.pt", contents(ESM2))
    assert run(checkpoint, out) == 1
    assert "1 tensors of model.safetensors are not the checkpoint's: lm_head.bias" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["esm2.pt"]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("token_dropout", False),
        ("num_attention_heads", 8),
        ("layer_norm_eps", 1e-2),
        ("emb_layer_norm_before", True),
        ("num_hidden_layers", 7),
    ],
)
def test_a_wrong_setting_is_found(
    setting: str,
    value: object,
    tmp_path: Path,
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("esm.pretrained", reason="needs fair-esm", exc_type=ImportError)
    right = folders.config
    monkeypatch.setattr(folders, "config", lambda form: {**right(form), setting: value})
    assert run(saved(tmp_path / "esm2.pt", contents(ESM2)), out) == 1
    assert "was not written" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["esm2.pt"]


def test_an_interruption_leaves_nothing(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(conversion, "check_file", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(saved(tmp_path / "esm2.pt", contents(ESM2)), out)
    assert [path.name for path in tmp_path.iterdir()] == ["esm2.pt"]


def test_a_full_disk_is_said_and_leaves_nothing(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(conversion, "write", full)
    assert run(saved(tmp_path / "esm2.pt", contents(ESM2)), out) == 2
    assert "out cannot be written: [Errno 28] No space left" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["esm2.pt"]


def test_what_came_to_stand_there_meanwhile_is_not_overwritten(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(*_: object) -> None:
        out.mkdir()
        (out / "config.json").write_text("mine")

    monkeypatch.setattr(conversion, "check_file", meanwhile)
    assert run(saved(tmp_path / "esm2.pt", contents(ESM2)), out, "--no-run") == 2
    assert [path.name for path in out.iterdir()] == ["config.json"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["esm2.pt", "out"]


@pytest.mark.parametrize("name", ["torch", "transformers", "safetensors"])
def test_a_missing_library_is_one_line(
    name: str, tmp_path: Path, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = saved(tmp_path / "esm2.pt", contents(ESM2))
    monkeypatch.setitem(sys.modules, name, None)
    said = refused(checkpoint)
    assert f"convert needs {name} >= " in said
    assert 'pip install "torch>=2.6" "transformers>=4.36" "safetensors>=0.4"' in said


def test_a_torch_whose_weights_only_can_be_made_to_run_code_is_refused(
    tmp_path: Path, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = saved(tmp_path / "esm2.pt", contents(ESM2))
    monkeypatch.setattr(torch, "__version__", "2.5.1+cpu")
    assert "convert needs torch >= 2.6 (2.5.1+cpu is here)" in refused(checkpoint)


def test_the_codemod_does_not_import_torch() -> None:
    program = (
        "import sys; sys.modules.update(torch=None, transformers=None, safetensors=None)\n"
        "import codemod.convert.main, codemod.convert.convert, codemod.cli\n"
        "sys.exit(codemod.cli.main(['convert', 'x.pt', 'out']))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("codemod convert: convert needs torch >= 2.6 (not installed): pip install")
    assert done.stderr.count("\n") == 1


def test_without_fair_esm_it_converts_and_says_that_it_did_not_compare(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "esm.pretrained", None)
    assert run(saved(tmp_path / "esm2.pt", contents(ESM2)), out) == 0
    assert "against fair-esm: not compared" in capsys.readouterr().out


def test_another_package_called_esm_is_not_asked(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "esm.pretrained", types.ModuleType("esm.pretrained"))
    assert run(saved(tmp_path / "esm2.pt", contents(ESM2)), out) == 0
    assert "against fair-esm: not compared" in capsys.readouterr().out
