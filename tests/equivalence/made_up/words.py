"""What programs are drawn from: tables of ways to say the same thing, or the next thing.

What people write most comes first. `{P}` is fair-esm's `pretrained` as the file names it, `{E}` its package, `{N}` the
checkpoint, `{n}` its last layer, `{k}` some layer, `{m}`, `{a}` and `{c}` the model, the alphabet and the batch
converter, `{l}` and `{L}` the layer that is read and the list that is asked for.
"""

from __future__ import annotations

#: Checkpoints with the number of their layers, by what the program is migrated to.
CHECKPOINTS = {
    "hf": (("esm2_t6_8M_UR50D", 6), ("esm2_t12_35M_UR50D", 12), ("esm1b_t33_650M_UR50S", 33)),
    "fastesm2": (("esm2_t33_650M_UR50D", 33),),
}
#: What is not drawn: FastESM2_650 is one checkpoint, has no head, and its contacts are not worth reading.
BEYOND: dict[str, tuple[str, ...]] = {
    "hf": (),
    "fastesm2": ("logits", "lm_head", "contacts", "head_weights", "state_dict", "esm2_t6", "factory", "getattr"),
}

#: An import, how it names `pretrained`, and the package.
IMPORTS = (
    ("import esm", "esm.pretrained", "esm"),
    ("import esm as fair", "fair.pretrained", "fair"),
    ("import esm\nfrom esm import pretrained", "pretrained", "esm"),
    ("import esm\nimport esm.pretrained as zoo", "zoo", "esm"),
    ("import esm, esm.pretrained", "esm.pretrained", "esm"),
    ("import importlib\nesm = importlib.import_module('esm')", "esm.pretrained", "esm"),
)
#: What stands before a load, and the load: a pair of model and alphabet.
LOADS = (
    ("", "{P}.{N}()"),
    ("", "{P}.load_model_and_alphabet('{N}')"),
    ("name = '{N}'", "{P}.load_model_and_alphabet(name)"),
    ("name = '{N}'", "getattr({P}, name)()"),
    ("factory = {P}.{N}", "factory()"),
    ("factories = dict(small={P}.esm2_t6_8M_UR50D, mine={P}.{N})", "factories['mine']()"),
    ("size = '{N}'.partition('_')[2]", "{P}.load_model_and_alphabet('{N}'[:6] + '{N}'[6:])"),
    ("", "torch.hub.load('facebookresearch/esm:main', '{N}')"),
    ("import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--name', default='{N}')\n"
     "arguments = parser.parse_args([])\n", "{P}.load_model_and_alphabet(arguments.name)"),
    ("names = ['esm2_t6_8M_UR50D', '{N}']", "{P}.load_model_and_alphabet(names[-1])"),
    ("def load(name='{N}'):\n    return {P}.load_model_and_alphabet(name)\n", "load()"),
    ("def load(small=False):\n    if small:\n        return {P}.esm2_t6_8M_UR50D()\n    return {P}.{N}()\n", "load()"),
)
BINDS = (
    "{m}, {a} = {x}",
    "({m}, {a}) = {x}",
    "pair = {x}\n{m}, {a} = pair",
    "pair = {x}\n{m} = pair[0]\n{a} = pair[1]",
    "{m}, {a} = loaded = {x}",
)
PREPARED = (
    "{m}.eval()",
    "{m} = {m}.eval()",
    "{m} = {m}.eval().to('cpu')",
    "{m}.eval()\nfor parameter in {m}.parameters():\n    parameter.requires_grad = False",
    "{m}.train(False)\n{m}.requires_grad_(False)",
    "{m}.eval()\ndevice = next({m}.parameters()).device\n{m} = {m}.to(device)",
    "if torch.cuda.is_available():\n    {m} = {m}.cuda()\n{m}.eval()",
)
CONVERTERS = (
    "{c} = {a}.get_batch_converter()",
    "{c} = {a}.get_batch_converter(9)",
    "{c} = {a}.get_batch_converter(truncation_seq_length=7)",
    "{c} = {E}.data.BatchConverter({a})",
    "limit = 8\n{c} = {a}.get_batch_converter(limit)",
)
BATCHES = (
    "batch = [('a', 'MKTAYIAK'), ('b', 'MKV')]",
    "batch = [('a', 'MKTAYIAKQR'), ('b', 'GGSGSLVPRG')]",
    "batch = [('one', 'MK<mask>AYIAK')]",
    "batch = list(zip('ab', ['MKTAXBZ', 'ACDEFGHIKLMN']))",
    "batch = list({{'p1': 'MKTAYI', 'p2': 'UOX.-K'}}.items())",
    "batch = [('a', 'M' * 12), ('b', 'MKLV'), ('c', 'M')]",
    "batch = [(i, s) for i, s in enumerate(['MKTA', 'GAVLIPFW'])]",
)
TOKENS = (
    "labels, strings, tokens = {c}(batch)",
    "_, _, tokens = {c}(batch)\nstrings = [s for _, s in batch]",
    "labels, strings, tokens = {c}(batch)\ntokens = tokens.to('cpu')",
    "converted = {c}(batch)\nstrings, tokens = converted[1], converted[2]",
    "strings = [s for _, s in batch]\ntokens = {c}(batch)[2]",
    "strings = [s for _, s in batch[:1]]\n_, _, tokens = {c}(batch[:1])",
    "loader = torch.utils.data.DataLoader(batch, batch_size=3, collate_fn={c})\n"
    "for labels, strings, tokens in loader:\n    pass",
    "strings, parts = [], []\nfor one in batch:\n    _, texts, tokens = {c}([one])\n    strings += texts\n"
    "    parts.append(tokens[0])\n"
    "tokens = torch.nn.utils.rnn.pad_sequence(parts, batch_first=True, padding_value={a}.padding_idx)",
    "data = {E}.data.FastaBatchedDataset([str(label) for label, _ in batch], [s for _, s in batch])\n"
    "chosen = data.get_batch_indices(16, extra_toks_per_seq=1)\n"
    "loader = torch.utils.data.DataLoader(data, collate_fn={c}, batch_sampler=chosen)\n"
    "for labels, strings, tokens in loader:\n    print(labels, tokens.shape)",
    "try:\n    labels, strings, tokens = {c}(batch)\nexcept KeyError:\n    raise SystemExit('letters')",
)
#: Something is done to the tokens first, or nothing.
CHANGES = (
    "",
    "",
    "",
    "tokens[0, 2] = {a}.mask_idx",
    "tokens = tokens.clone()\ntokens[:, 1] = {a}.get_idx('A')",
    "tokens = tokens[:, :5]",
    "tokens = torch.cat([tokens, tokens])",
    "tokens = torch.where(tokens == {a}.get_idx('K'), {a}.mask_idx, tokens)",
    "tokens = tokens.repeat(2, 1)",
    "tokens = torch.nn.functional.pad(tokens, (0, 2), value={a}.padding_idx)",
    "tokens = tokens.masked_fill(tokens == {a}.tok_to_idx['M'], {a}.mask_idx)",
    "tokens = torch.stack([row for row in tokens])",
    "tokens = tokens[torch.tensor([0])]",
    "for row in tokens:\n    row[-1] = {a}.padding_idx",
    "tokens.data[0, -1] = {a}.padding_idx",
    "first, *others = tokens.unbind()\nfirst[2] = {a}.mask_idx",
    "spare = tokens.numpy()\nspare[0, -1] = {a}.padding_idx",
)
#: What stands before the call, the layers that are asked for, and the one that is read.
LAYERS = (
    ("", "[{n}]", "{n}"),
    ("", "[{k}]", "{k}"),
    ("", "[0, {n}]", "0"),
    ("", "({k}, {n})", "{n}"),
    ("layer = {k}", "[layer]", "layer"),
    ("layers = [{k}, {n}]", "layers", "layers[-1]"),
    ("layers = [{k}, {n}]", "layers", "layers[0]"),
    ("", "[{m}.num_layers]", "{m}.num_layers"),
    ("last = {m}.num_layers", "[last - 1, last]", "last - 1"),
    ("settings = {{'layer': {n}}}", "[settings['layer']]", "settings['layer']"),
    ("settings = {{'layer': {n}}}\nsettings.update(json.loads('{{\"layer\": {k}}}'))", "[settings['layer']]",
     "settings['layer']"),
    ("layer = {n}\nif 'layer' in OPTIONS:\n    layer = OPTIONS['layer']", "[layer]", "layer"),
    ("layers = list(range({m}.num_layers + 1))", "layers", "{k}"),
    ("", "range({n} + 1)", "{k}"),
    ("layer = (-1 + {n} + 1) % ({n} + 1)", "[layer]", "layer"),
    ("layer = int('{N}'.split('_')[1][1:])", "[layer]", "layer"),
    ("class Config:\n    layer = {n}\n\nfor key, value in OPTIONS.items():\n    setattr(Config, key, value)\n",
     "[Config.layer]", "Config.layer"),
    ("layer = {n}\nfor layer in OPTIONS.values():\n    pass", "[layer]", "layer"),
    ("try:\n    layer = OPTIONS['other']\nexcept KeyError:\n    layer = {k}", "[layer]", "layer"),
    ("def chosen(layer={k}):\n    return layer\n", "[chosen()]", "chosen()"),
    ("def chosen(layer={k}):\n    return layer\n", "[chosen({n})]", "chosen(layer={n})"),
    ("from dataclasses import dataclass\n\n@dataclass\nclass Choice:\n    layer: int = {k}\n", "[Choice().layer]",
     "Choice().layer"),
)  # fmt: skip
CALLS = (
    "output = {m}(tokens, repr_layers={L})",
    "output = {m}(tokens, {L})",
    "output = {m}(tokens=tokens, repr_layers={L}, return_contacts=False)",
    "output = {m}.forward(tokens, repr_layers={L})",
    "output = {m}(tokens, repr_layers={L}, return_contacts=True)",
    "output = {m}(tokens, repr_layers={L}, need_head_weights=True)",
    "arguments = dict(repr_layers={L})\noutput = {m}(tokens, **arguments)",
    "output = {m}(tokens.long(), repr_layers={L})",
)
AROUND = ("with torch.no_grad():", "with torch.inference_mode():", "torch.set_grad_enabled(False)", "if True:")
READS = (
    "hidden = output['representations'][{l}]",
    "hidden = output['representations'][{l}].detach().cpu()",
    "representations = output['representations']\nhidden = representations[{l}]",
    "hidden = {{layer_: x.clone() for layer_, x in output['representations'].items()}}[{l}]",
    "hidden = output.get('representations')[{l}]",
    "for number, hidden in output['representations'].items():\n    found[f'layer {{number}}'] = hidden.clone()",
    "hidden = output['representations'].get({l})",
    "hidden = dict(output)['representations'][{l}]",
    "hidden = torch.from_numpy(output['representations'][{l}].detach().numpy())",
    "kept = {{key_: each.to('cpu') for key_, each in output['representations'].items()}}\n"
    "torch.save({{'label': 'a', 'representations': kept}}, 'kept.pt')\n"
    "hidden = torch.load('kept.pt')['representations'][{l}]",
    "hidden = torch.stack([output['representations'][each] for each in {L}]).mean(0)",
    "hidden = [output['representations'][each] for each in sorted(output['representations'])][-1]",
    "hidden, logits = output['representations'][{l}], output['logits']\nfound['logits'] = logits.detach()",
)
#: What is made of the hidden states of every token.
POOLS = (
    "found['mean'] = hidden[:, 1:-1].mean(1)",
    "found['bos'] = hidden[:, 0].clone()",
    "lengths = (tokens != {a}.padding_idx).sum(1)\n"
    "found['means'] = [hidden[i, 1:j - 1].mean(0) for i, j in enumerate(lengths)]",
    "found['each'] = [hidden[i, 1:len(s) + 1].clone() for i, s in enumerate(strings)]",
    "mask = tokens.ne({a}.padding_idx).unsqueeze(-1)\nfound['masked'] = (hidden * mask).sum(1) / mask.sum(1)",
    "found['all'] = hidden[tokens.ne({a}.padding_idx) & tokens.ne({a}.cls_idx) & tokens.ne({a}.eos_idx)].clone()",
)
#: What a call is asked for, and how it is read.
MAPS = (
    ("return_contacts=True", "found['maps'] = output['contacts'].detach()"),
    ("need_head_weights=True", "found['maps'] = output['attentions'][:, -1].detach()"),
)
#: What keeps the model, the alphabet and the converter, and how each of them is read there.
KEEPERS = (
    ("kit = {}\n", "kit['{name}']"),
    ("class Kit:\n    pass\n\nkit = Kit()\n", "kit.{name}"),
    ("import types\nkit = types.SimpleNamespace()\n", "kit.{name}"),
    ("from dataclasses import dataclass\nfrom typing import Any\n\n@dataclass\nclass Kit:\n    model: Any = None\n"
     "    alphabet: Any = None\n    batch_converter: Any = None\n\nkit = Kit()\n", "kit.{name}"),
    ("class kit:\n    model = alphabet = batch_converter = None\n", "kit.{name}"),
    ("class Kit:\n    def __init__(self):\n        self.parts = {}\n\nkit = Kit()\n", "kit.parts['{name}']"),
    ("kit = {'model': None, 'alphabet': None, 'batch_converter': None, 'name': 'kit'}\n", "kit['{name}']"),
    ("from collections import defaultdict\nkit = defaultdict(dict)\n", "kit['esm']['{name}']"),
)
#: Something more is said of the model, the alphabet or the output, or nothing.
MORE = (
    "",
    "",
    "found['logits'] = output['logits'].detach()",
    "found['probabilities'] = torch.log_softmax(output['logits'], -1)[:, :, [{a}.get_idx(r) for r in 'ACDE']].detach()",
    "found['sizes'] = torch.tensor([{m}.num_layers, {m}.embed_dim])\n"
    "print({a}.padding_idx, {a}.mask_idx, len({a}.standard_toks))",
    "found['letters'] = torch.tensor([{a}.get_idx(r) for r in 'LAGVSERTIDPKQNFYHMWCXBUZO.-'])\nprint({a}.get_tok(5))",
    "found['contacts'] = {m}.predict_contacts(tokens).detach()",
    "found['parameters'] = torch.tensor(sum(p.numel() for p in {m}.parameters() if p.requires_grad) > 0)",
    "print(sorted(output['representations']))",
    "found['ids'] = torch.tensor({a}.encode('MKTA'))",
    "found['tokens'] = tokens.clone()",
    "print([{a}.get_tok(i) for i in tokens[0].tolist()])",
    "print(list(output['representations'].keys()), {a}.prepend_bos, {a}.append_eos)",
    "if 'contacts' in output:\n    found['contacts'] = output['contacts'].detach()",
    "print(type(hidden).__name__, tuple(hidden.shape), {m}.training)",
    "found['head'] = {m}.lm_head(hidden).detach()",
    "found['embedded'] = {m}.embed_tokens(tokens).detach()",
    "import copy\nkept = copy.deepcopy({m}.state_dict())\n{m}.load_state_dict(kept)\n"
    "found['kept'] = torch.tensor(len(kept) > 0)",
    "torch.save({m}.state_dict(), 'kept.pt')\n{m}.load_state_dict(torch.load('kept.pt'))\n"
    "found['again'] = {m}(tokens, repr_layers=[{n}])['representations'][{n}].detach()",
    "state = {{key: value.clone() for key, value in {m}.state_dict().items()}}\n"
    "{m}.load_state_dict(state, strict=True)\n"
    "found['again'] = {m}(tokens)['logits'].detach()",
    "found['frozen'] = torch.tensor([p.requires_grad for p in {m}.layers[-1].parameters()]).all()",
    "found['normed'] = {m}.emb_layer_norm_after(hidden).detach()",
    "twice = [{m}(each[None], repr_layers=[{n}])['representations'][{n}] for each in tokens]\n"
    "found['alone'] = [each.mean(1).detach() for each in twice]",
    "masked = tokens.clone()\nmasked[:, 2] = {a}.mask_idx\nwith torch.no_grad():\n"
    "    found['marginal'] = torch.log_softmax({m}(masked)['logits'], dim=-1)[:, 2]",
    "found['tokens of'] = torch.tensor([{a}.tok_to_idx[each] for each in 'MKL'])\nprint(list({a}.tok_to_idx)[:7])",
    "print({a}.all_toks[4:24], {a}.cls_idx, {a}.eos_idx, {a}.unk_idx)",
    "found['whole'] = [each[1:-1].mean(0).detach() for each in hidden]",
    "for label, each in zip(batch, hidden):\n    found[str(label[0])] = each[1:len(label[1]) + 1].detach().clone()",
)
