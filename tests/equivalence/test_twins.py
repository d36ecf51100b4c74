"""The twins by themselves: fair-esm and transformers, loaded from the two caches, are the same function."""

from __future__ import annotations

import warnings

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("esm.pretrained", reason="needs fair-esm", exc_type=ImportError)
transformers = pytest.importorskip("transformers")

from validation.equivalence.twins import WIDTH, write_twins  # noqa: E402
from validation.equivalence.weights import CHECKPOINTS  # noqa: E402

NAMES = ["esm2_t6_8M_UR50D", "esm2_t33_650M_UR50D", "esm1b_t33_650M_UR50S", "esm1v_t33_650M_UR90S_1"]
PADDED = ["MKTVRQERLKSIVRILERSKEPVSGAQLAEELSVSRQVIVQDIAYLRSLGYNIVA", "MALW", "KA<mask>ISQXBUZO.-"]
BOUND = 1e-5


@pytest.fixture(scope="module", params=NAMES)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    name = request.param
    twins = write_twins(tmp_path_factory.mktemp("twins"), [name])
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patch.setenv("TORCH_HOME", str(twins.torch_home))
        import esm

        model, alphabet = esm.pretrained.load_model_and_alphabet(name)
        hub = transformers.EsmForMaskedLM.from_pretrained(
            str(twins.snapshot(name)), attn_implementation="eager"
        )
        tokenizer = transformers.AutoTokenizer.from_pretrained(str(twins.snapshot(name)))
    return name, model.eval(), alphabet, hub.eval(), tokenizer


@pytest.fixture(scope="module")
def outputs(pair):
    name, model, alphabet, hub, tokenizer = pair
    tokens = alphabet.get_batch_converter()([(str(i), s) for i, s in enumerate(PADDED)])[2]
    assert torch.equal(tokens, tokenizer(PADDED, padding=True, return_tensors="pt")["input_ids"])
    mask = tokens.ne(tokenizer.pad_token_id)
    with torch.no_grad():
        ours = model(tokens, repr_layers=range(model.num_layers + 1), return_contacts=True)
        theirs = hub(tokens, attention_mask=mask, output_hidden_states=True, output_attentions=True)
        contacts = hub.predict_contacts(tokens, mask)
    return CHECKPOINTS[name], ours, theirs, contacts, mask


def test_each_hidden_state_is_the_same(outputs) -> None:
    architecture, ours, theirs, _, _ = outputs
    assert len(theirs.hidden_states) == architecture.layers + 1 == len(ours["representations"])
    for layer, state in enumerate(theirs.hidden_states):
        assert state.shape[-1] == WIDTH
        assert _difference(state, ours["representations"][layer]) <= BOUND, layer


def test_logits_are_the_same(outputs) -> None:
    _, ours, theirs, _, _ = outputs
    assert _difference(theirs.logits, ours["logits"]) <= BOUND


def test_attention_maps_are_the_same_on_real_pairs(outputs) -> None:
    _, ours, theirs, _, mask = outputs
    pairs = (mask[:, None, :] & mask[:, :, None])[:, None, None]
    assert _difference(torch.stack(theirs.attentions, 1) * pairs, ours["attentions"]) <= BOUND


def test_contacts_are_the_same_where_they_are_published(outputs) -> None:
    architecture, ours, _, contacts, _ = outputs
    if not architecture.contacts:
        pytest.skip("ESM-1v has no contact regression")
    assert torch.equal(contacts.isnan(), ours["contacts"].isnan())
    assert _difference(contacts.nan_to_num(), ours["contacts"].nan_to_num()) <= BOUND
    assert contacts.nan_to_num().std() > 0.05


def test_a_wrong_layer_a_missing_mask_or_a_missing_norm_would_show(outputs, pair) -> None:
    _, _, theirs, _, mask = outputs
    _, _, _, hub, tokenizer = pair
    last = theirs.hidden_states[-1]
    assert _difference(last, theirs.hidden_states[-2]) > 0.5
    tokens = tokenizer(PADDED, padding=True, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        unmasked = hub.esm(tokens, attention_mask=torch.ones_like(tokens)).last_hidden_state
    assert _difference(unmasked[mask], last[mask]) > 0.1
    assert 0.3 < last[mask].std() < 3


def _difference(one, other) -> float:
    assert one.shape == other.shape
    assert one.dtype == other.dtype
    return (one - other).abs().max().item()
