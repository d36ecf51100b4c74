"""The vocabulary of generated programs: tables of lines, with names to fill in.

`{P}` is how the file spells fair-esm's loaders (`esm.pretrained.`, `p.`, nothing), `{E}` the package (`esm.`), `{m}`,
`{a}`, `{b}`, `{t}`, `{o}` the model, alphabet, batch converter, tokens and output, `{n}` a checkpoint's name.
"""

from __future__ import annotations

CHECKPOINTS = (
    "esm2_t6_8M_UR50D",
    "esm2_t33_650M_UR50D",
    "esm2_t36_3B_UR50D",
    "esm1b_t33_650M_UR50S",
    "esm1v_t33_650M_UR90S_1",
    "esm1_t6_43M_UR50S",
    "esm_msa1b_t12_100M_UR50S",
    "esmfold_v1",
    "esm_if1_gvp4_t16_142M_UR50",
    "no_such_model",
)

#: An import, and what `{P}` and `{E}` are after it.
IMPORTS = (
    ("import esm", "esm.pretrained.", "esm."),
    ("import esm as fair", "fair.pretrained.", "fair."),
    ("import esm.pretrained", "esm.pretrained.", "esm."),
    ("import esm.pretrained as P", "P.", "P.esm."),
    ("import os, esm, sys", "esm.pretrained.", "esm."),
    ("import json ; import esm  # two", "esm.pretrained.", "esm."),
    ("from esm import pretrained", "pretrained.", "pretrained.esm."),
    ("from esm import pretrained as p, Alphabet", "p.", "p.esm."),
    ("from esm import (\n    Alphabet,  # one\n    pretrained,\n)", "pretrained.", "pretrained.esm."),
    ("from esm import pretrained, \\\n    FastaBatchedDataset", "pretrained.", "pretrained.esm."),
    ("from esm import *", "pretrained.", ""),
    ("from esm.pretrained import *", "", "esm."),
    ("import esm\nfrom esm.pretrained import load_model_and_alphabet as load, {n}", "esm.pretrained.", "esm."),
    ("import esm, esm.data\nimport esm.pretrained as pt", "pt.", "esm."),
    ("try:\n    import esm\nexcept ImportError:\n    esm = None", "esm.pretrained.", "esm."),
    (
        "try:\n    import esm\nexcept ImportError as problem:\n    raise SystemExit(1) from problem",
        "esm.pretrained.",
        "esm.",
    ),
    ("if True:\n    import esm  # in a branch", "esm.pretrained.", "esm."),
    ("import importlib\nesm = importlib.import_module('esm')", "esm.pretrained.", "esm."),
    ("esm = __import__('esm')", "esm.pretrained.", "esm."),
    (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from esm import Alphabet\nimport esm",
        "esm.pretrained.",
        "esm.",
    ),
)

#: Lines before, and the expression that loads.
LOADS = (
    ("", "{P}{n}()"),
    ("", '{P}load_model_and_alphabet("{n}")'),
    ("", "{P}load_model_and_alphabet('{n}' )"),
    ("", "{P}load_model_and_alphabet_hub(\n    '{n}',  # from the hub\n)"),
    ("", '{P}load_model_and_alphabet_local("weights/{n}.pt")'),
    ("", "{P}load_model_and_alphabet(model_location=NAME)"),
    ("name = '{n}'", "{P}load_model_and_alphabet(name)"),
    ("name: str = '{n}' if flag else 'esm2_t12_35M_UR50D'", "{P}load_model_and_alphabet(name)"),
    ("names = {{'a': '{n}'}}", "{P}load_model_and_alphabet(names['a'])"),
    (
        "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--model', default='{n}')\n"
        "args = parser.parse_args()",
        "{P}load_model_and_alphabet(args.model)",
    ),
    ("import sys", "{P}load_model_and_alphabet(sys.argv[1])"),
    ("layers = 6", "{P}load_model_and_alphabet(f'esm2_t{{layers}}_8M_UR50D')"),
    ("load_it = {P}load_model_and_alphabet", "load_it('{n}')"),
    ("load_it = {P}{n}", "load_it()"),
    ("from functools import partial\nload_it = partial({P}load_model_and_alphabet, '{n}')", "load_it()"),
    ("", "getattr({E}pretrained, '{n}')()"),
    ("loaders = [{P}{n}, {P}esm2_t6_8M_UR50D]", "loaders[0]()"),
    ("import torch", 'torch.hub.load("facebookresearch/esm:main", "{n}")'),
)

#: What is done with the loaded pair `{x}`.
BINDS = (
    "{m}, {a} = {x}",
    "({m}, {a}) = {x}  # both",
    "{m}, _ = {x}\n{a} = {m}.alphabet",
    "{m} = {x}[0]\n{a} = {E}Alphabet.from_architecture('ESM-1b')",
    "pair = {x}\n{m}, {a} = pair",
    "pair = {x}\n{m} = pair[0]\n{a} = pair[1]",
    "{m} = {a} = None\n{m}, {a} = {x}",
    "if flag:\n    {m}, {a} = {x}\nelse:\n    {m}, {a} = {P}esm2_t6_8M_UR50D()",
)

PREPARE = (
    "{m}.eval()",
    "{m} = {m}.eval().cuda()",
    "{m} = {m}.to(device)",
    "{m}.half()",
    "{m}.to(dtype=torch.float16)",
    "{m}.requires_grad_(False)",
    "for parameter in {m}.parameters():\n    parameter.requires_grad = False",
    "width = {m}.embed_dim",
    "depth = {m}.num_layers",
    "print(f'{{{m}.num_layers}} layers')",
    "assert {m}.num_layers == 33",
    "padding = {a}.padding_idx",
    "index = {a}.get_idx('A')",
    "vocabulary = {a}.tok_to_idx",
    "size = len({a})",
    "letters = {a}.all_toks[4:24]",
    "ids = {a}.encode('MKT')",
    "{m}.lm_head = None",
    "torch.save({m}.state_dict(), 'x.pt')",
    "wrapped = torch.nn.DataParallel({m})",
    "blocks = {m}.layers[-1]",
    "models = [{m}]",
    "print(type({m}), isinstance({m}, {E}ESM2))",
    "del {a}.tok_to_idx",
    "ready = {m} is not None and callable({m})",
    "def inner():\n    return {m}\n",
)

CONVERT = (
    "{b} = {a}.get_batch_converter()",
    "{b} = {a}.get_batch_converter(1022)",
    "{b} = {a}.get_batch_converter(truncation_seq_length=512)",
    "{b}: 'BatchConverter' = {a}.get_batch_converter()",
    "{b} = {E}BatchConverter({a})",
    "{b} = {E}data.BatchConverter({a})",
)

BATCH = (
    "data = [('p1', 'MKT'), ('p2', 'GGG')]\nlabels, strs, {t} = {b}(data)",
    "_, _, {t} = {b}([('x', seq) for seq in ('MK', 'T<mask>')])",
    "{t} = {b}([('x', 'MKT')])[2]",
    "batch = {b}([('x', 'MKT')])\n{t} = batch[-1]",
    "labels, strs, {t} = {b}(\n    data,  # given\n)\n{t} = {t}.to(device, non_blocking=True)",
    "{t} = torch.tensor([[{a}.cls_idx, *{a}.encode('MKT'), {a}.eos_idx]])",
    "dataset = {E}FastaBatchedDataset.from_file('x.fasta')\n"
    "batches = dataset.get_batch_indices(4096, extra_toks_per_seq=1)\n"
    "loader = torch.utils.data.DataLoader(dataset, collate_fn={b}, batch_sampler=batches)\n"
    "for labels, strs, {t} in loader:\n    print(labels, {t}.size())",
)

CALL = (
    "{o} = {m}({t})",
    "{o} = {m}({t}, repr_layers=[33])",
    "{o} = {m}({t}, repr_layers=[33], return_contacts=True)",
    "with torch.no_grad():\n    {o} = {m}({t}, repr_layers=[0, 5, 6], need_head_weights=True)",
    "{o} = {m}.forward({t})",
    "{o} = {m}(tokens={t}, repr_layers=[{m}.num_layers])",
    "{o} = {m}({t}, **options)",
    "{o} = {m}({t}, repr_layers=layers)",
    "with torch.no_grad(), open('f') as file:\n    # inside\n    {o} = {m}({t}.cuda(), repr_layers=list(range(7)))",
    "{o} = {m}(\n    {t},  # ids\n    repr_layers=[6],\n    return_contacts=False,\n)",
    "{o} = {m}.predict_contacts({t})",
    "{o} = run(lambda each: {m}(each, repr_layers=[6]), {t})",
)

READ = (
    "vectors = {o}['representations'][33]",
    'vectors = {o}["representations"][6][:, 1:-1].mean(1)',
    "logits = {o}['logits']",
    "contacts = {o}['contacts'][0, :3, :3]",
    "heads = {o}['attentions']",
    "per_layer = {{layer: t for layer, t in {o}['representations'].items()}}",
    "layer = 6\nvectors = {o}['representations'][layer]",
    "vectors = {o}.get('representations')",
    "for key in {o}:\n    print(key)",
    "torch.save({o}, 'out.pt')",
    "vectors = {m}({t}, repr_layers=[33])['representations'][33]",
    "first = {o}['representations'][33][0, 1 : len('MKT') + 1]",
    "scores = torch.log_softmax({o}['logits'], dim=-1)[0, 1:, {a}.get_idx('A')]",
    "values = list({o}.values())",
    "lengths = ({t} != {a}.padding_idx).sum(1)",
    "text = f\"{{{o}['logits'].shape}}\"",
    "result = dict({o})",
    "pass",
)

#: Code that has nothing to do with fair-esm.
NOISE = (
    "# esm is a word here, import esm too",
    "TEXT = '''\nimport esm\nesm.pretrained.esm2_t6_8M_UR50D()\n'''",
    "x = {{'esm': 1, 'representations': [2]}}",
    "value = f'{{1 + 1:>{{4}}}} {{\"esm\"!r}}'",
    "import os.path as osp",
    'def add(first: int, *rest: \'str\', key=None, **more) -> float:\n    """Add."""\n    return first  # done',
    "@staticmethod\ndef decorated(): ...",
    "class Empty(object): pass",
    "async def wait():\n    async with x as y:\n        await y",
    "numbers = [each ** 2 for each in range(3) if each] ; print(numbers)",
    "\f",
    "if x :  y = 1\nelse : y = 2",
    "try:\n    pass\nfinally:\n    y = 3",
    "lambda_ = lambda a, b=2: (a, b)",
    "global_name = 'é日本𝔘'",
    "while False: break",
    "from collections import (\n    OrderedDict,  # kept\n)",
    "name = 'model' 'alphabet'",
    "x[1:2, ::3] = y = 4",
    "(walrus := 5)",
    "from . import sibling",
    "class Other:\n    model = None\n    def eval(self): return self.model.num_layers",
    "...",
    "def model_like(model, tokens):\n    return model(tokens)['logits']",
    "type_ = 'ESM2'  # type: ignore",
    "assert x, 'no' \\\n    'thing'",
)
