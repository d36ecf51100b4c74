"""The function that reads state dicts saved under fair-esm into transformers' models: every family, every place."""

from __future__ import annotations

import copy
import re
from argparse import Namespace

import esm
import pytest
import torch
from torch import nn
from transformers import EsmConfig, EsmForMaskedLM, EsmModel

from codemod.emitted.transformers_names import transformers_names

TOKENS = torch.tensor([[0, 20, 15, 11, 7, 2], [0, 4, 32, 2, 1, 1]])


def fair(family: str) -> nn.Module:
    """A tiny model with random weights: `esm2`, or `esm1b` with or without a layer norm before."""
    torch.manual_seed(7)
    alphabet = esm.Alphabet.from_architecture("ESM-1b")
    if family == "esm2":
        model = esm.ESM2(num_layers=2, embed_dim=16, attention_heads=2, alphabet=alphabet)
    else:
        arguments = Namespace(
            arch="roberta_large", layers=2, embed_dim=16, logit_bias=True, ffn_embed_dim=64, attention_heads=2,
            max_positions=1024, emb_layer_norm_before=family == "esm1b", token_dropout=True, final_bias=True,
        )  # fmt: skip
        model = esm.ProteinBertModel(arguments, alphabet)
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.3)
    return model.eval()


def config(family: str) -> EsmConfig:
    return EsmConfig(
        vocab_size=33, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, pad_token_id=1,
        mask_token_id=32, token_dropout=True, emb_layer_norm_before=family == "esm1b", max_position_embeddings=1026,
        position_embedding_type="rotary" if family == "esm2" else "absolute", layer_norm_eps=1e-5,
        attn_implementation="eager", hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip


FAMILIES = pytest.mark.parametrize("family", ["esm2", "esm1b", "esm1v"])


@FAMILIES
def test_the_model_without_a_head_computes_what_fair_esm_computes(family: str) -> None:
    old, new = fair(family), EsmModel(config(family), add_pooling_layer=False).eval()
    new.load_state_dict(transformers_names(old.state_dict(), new))
    found = new(TOKENS, attention_mask=TOKENS.ne(1), output_hidden_states=True).hidden_states
    expected = old(TOKENS, repr_layers=[0, 1, 2])["representations"]
    for layer in range(3):
        torch.testing.assert_close(found[layer], expected[layer], rtol=0, atol=1e-5)


@FAMILIES
def test_the_model_with_a_head_computes_what_fair_esm_computes(family: str) -> None:
    old, new = fair(family), EsmForMaskedLM(config(family)).eval()
    new.load_state_dict(transformers_names(old.state_dict(), new))
    found = new(TOKENS, attention_mask=TOKENS.ne(1)).logits
    torch.testing.assert_close(found, old(TOKENS)["logits"], rtol=0, atol=1e-4)


@FAMILIES
@pytest.mark.parametrize("kind", ["bare", "head"])
def test_what_the_new_model_saved_stays(family: str, kind: str) -> None:
    new = EsmModel(config(family), add_pooling_layer=False) if kind == "bare" else EsmForMaskedLM(config(family))
    state = new.state_dict()
    renamed = transformers_names(state, new)
    assert renamed.keys() == state.keys()
    assert all(renamed[name] is state[name] for name in state)


class Holder(nn.Module):
    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.esm = model
        self.encoder = model  # the same module under two names
        self.head = nn.Linear(16, 2)
        self.layers = nn.ModuleList([nn.Linear(2, 2)])  # the program's own, by chance called as fair-esm's


@pytest.mark.parametrize("wrap", [lambda net: net, nn.DataParallel, lambda net: nn.Sequential(net, nn.ReLU())])
def test_a_module_around_it_keeps_its_own_names(wrap) -> None:
    old, new = wrap(Holder(fair("esm2"))), wrap(Holder(EsmForMaskedLM(config("esm2"))))
    state = old.state_dict()
    before = copy.copy(state)
    renamed = transformers_names(state, new)
    new.load_state_dict(renamed)
    own = [name for name in state if re.search(r"^(\w+\.)?(head|layers\.0)\.weight$", name)]
    assert len(own) == 2
    assert all(renamed[name] is state[name] for name in own)
    assert state.keys() == before.keys(), "what was given is changed"


@pytest.mark.parametrize("below", ["", "esm."])
def test_the_names_of_older_transformers(below: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before 5.6 each layer has its frequencies, before 5.0 rotary models have unused position embeddings."""
    new = EsmForMaskedLM(config("esm2")) if below else EsmModel(config("esm2"), add_pooling_layer=False)
    own = {name: tensor for name, tensor in new.state_dict().items() if "inv_freq" not in name}
    layers = (f"{below}encoder.layer.{number}.attention.self.rotary_embeddings.inv_freq" for number in range(2))
    own.update(dict.fromkeys(layers, torch.zeros(4)))
    own[f"{below}embeddings.position_embeddings.weight"] = torch.zeros(1026, 16)
    monkeypatch.setattr(new, "state_dict", lambda: own)
    assert transformers_names(fair("esm2").state_dict(), new).keys() == own.keys()


def test_what_is_missing_is_still_missed() -> None:
    old, new = fair("esm2"), EsmModel(config("esm2"), add_pooling_layer=False)
    state = old.state_dict()
    del state["layers.1.fc2.bias"]
    with pytest.raises(RuntimeError, match=r"encoder\.layer\.1\.output\.dense\.bias"):
        new.load_state_dict(transformers_names(state, new))


def test_what_has_no_place_is_still_refused() -> None:
    old, new = fair("esm2"), EsmModel(config("esm2"), add_pooling_layer=False)
    state = {**old.state_dict(), "adapter.weight": torch.zeros(1)}
    with pytest.raises(RuntimeError, match=r"adapter\.weight"):
        new.load_state_dict(transformers_names(state, new))


def test_a_deeper_model_is_still_refused() -> None:
    new = EsmModel(config("esm2"), add_pooling_layer=False)
    deeper = esm.ESM2(num_layers=3, embed_dim=16, attention_heads=2)
    with pytest.raises(RuntimeError, match=r"layers\.2\."):
        new.load_state_dict(transformers_names(deeper.state_dict(), new))


def test_another_prefix_is_not_guessed() -> None:
    """fair-esm takes nothing from such a file either: its names begin with a module that is not there."""
    new = EsmForMaskedLM(config("esm2"))
    state = Holder(fair("esm2")).state_dict()
    own = {name for name in new.state_dict() if not name.startswith("esm.contact_head")}
    assert not own & transformers_names(state, new).keys()


def test_without_an_esm_model_nothing_is_renamed() -> None:
    state = fair("esm2").state_dict()
    assert transformers_names(state, nn.Linear(2, 2)) == state
