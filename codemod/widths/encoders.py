"""Encoders that people join with ESM: how wide their vectors are, how they are loaded, how variables name them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from codemod.program.source import Source, parameters


@dataclass(frozen=True)
class Encoder:
    """`width` is `hidden_size` (T5: `d_model`) of the published config.json; the patterns ignore case.

    `ids` matches a whole Hub id; `word` is found in names and strings that mean this encoder.
    """

    name: str
    width: int
    ids: str
    word: str


ESM = Encoder("ESM", 0, r"facebook/esm.*", r"(?<![a-z])esm")
_DNABERT, _BERT, _PROTBERT, _PROTT5 = (
    r"dna[-_]?bert",
    r"(?<![a-z])(?<!prot[-_])(?<!(?:dna|bio|sci)[-_])bert",
    r"prot[-_]?bert",
    r"prot[-_]?t5|(?<![a-z])t5",
)
_NT, _CHEM, _ANKH, _SBERT = r"(?<![a-z])nt(?![a-z])|nucleotide", r"chem[-_]?berta", r"ankh", r"sbert|minilm|mpnet"
_NT_ID = r"InstaDeepAI/nucleotide-transformer-"

ENCODERS = (
    Encoder("DNABERT-S", 768, r"zhihan1996/DNABERT-S", _DNABERT),
    Encoder("DNABERT-2", 768, r"zhihan1996/DNABERT-2-117M", _DNABERT),
    Encoder("DNABERT", 768, r"zhihan1996/DNA_bert_[3-6]", _DNABERT),
    Encoder("Nucleotide Transformer v1 500M", 1280, _NT_ID + r"500m-.*", _NT),
    Encoder("Nucleotide Transformer v1 2.5B", 2560, _NT_ID + r"2\.5b-.*", _NT),
    Encoder("Nucleotide Transformer v2 50M", 512, _NT_ID + r"v2-50m-.*", _NT),
    Encoder("Nucleotide Transformer v2 100M", 512, _NT_ID + r"v2-100m-.*", _NT),
    Encoder("Nucleotide Transformer v2 250M", 768, _NT_ID + r"v2-250m-.*", _NT),
    Encoder("Nucleotide Transformer v2 500M", 1024, _NT_ID + r"v2-500m-.*", _NT),
    Encoder("BERT base", 768, r"(google-bert/)?bert-base-(un)?cased", _BERT),
    Encoder("BERT large", 1024, r"(google-bert/)?bert-large-(un)?cased", _BERT),
    Encoder("BioBERT", 768, r"dmis-lab/biobert-(base-cased-)?v1\.[12].*", r"bio[-_]?bert"),
    Encoder("SciBERT", 768, r"allenai/scibert_scivocab_(un)?cased", r"sci[-_]?bert"),
    Encoder("PubMedBERT", 768, r"microsoft/BiomedNLP-(PubMed|Biomed)BERT-base-.*", r"pub[-_]?med[-_]?bert"),
    Encoder("ChemBERTa", 768, r"seyonec/ChemBERTa-zinc-base-v1", _CHEM),
    Encoder("ChemBERTa-77M", 384, r"DeepChem/ChemBERTa-77M-M(LM|TR)", _CHEM),
    Encoder("MoLFormer", 768, r"ibm/MoLFormer-XL-both-10pct", r"mol[-_]?former"),
    Encoder("ProtBert", 1024, r"Rostlab/prot_bert(_bfd)?", _PROTBERT),
    Encoder("ProtT5", 1024, r"Rostlab/prot_t5_xl_(half_)?(uniref50|bfd)(-enc)?", _PROTT5),
    Encoder("ProstT5", 1024, r"Rostlab/ProstT5(_fp16)?", r"prost[-_]?t5"),
    Encoder("Ankh base", 768, r"ElnaggarLab/ankh-base", _ANKH),
    Encoder("Ankh large", 1536, r"ElnaggarLab/ankh-large", _ANKH),
    Encoder("all-MiniLM-L6", 384, r"(sentence-transformers/)?all-MiniLM-L6-v2", _SBERT),
    Encoder("all-mpnet-base", 768, r"(sentence-transformers/)?all-mpnet-base-v2", _SBERT),
)

_QUOTED = re.compile(r"[\"']([\w./-]{4,80})[\"']")
_WORD = re.compile(r"[A-Za-z_][\w-]+")

#: What loads a model; a tokenizer or a configuration of the same name is no embedding.
_LOADERS = ("from_pretrained", "SentenceTransformer")
_NO_MODEL = ("Tokenizer", "TokenizerFast", "Config", "Processor", "tokenizer", "config")


def names(encoder: Encoder, text: str) -> bool:
    """Whether a variable's name or a string means this encoder."""
    return _means(encoder.word, text)


def loaded(sources: Iterable[Source]) -> tuple[Encoder, ...]:
    """The encoders of the table whose model is loaded by its Hub id, in the table's order."""
    likely = [source for source in sources if any(map(_known, _QUOTED.findall(source.program)))]
    ids = {each for source in likely for each in _loaded_ids(source)}
    return tuple(encoder for encoder in ENCODERS if any(_is(encoder, each) for each in ids))


def mentioned(sources: Iterable[Source]) -> tuple[Encoder, ...]:
    """The encoders that some word of the files means; only good enough to point something out."""
    words = {word.lower() for source in sources for word in set(_WORD.findall(source.program))}
    return tuple(encoder for encoder in ENCODERS if any(names(encoder, word) for word in words))


@lru_cache(maxsize=1 << 16)
def _means(word: str, text: str) -> bool:
    return re.search(word, text, re.IGNORECASE) is not None


@lru_cache(maxsize=1 << 12)
def _known(text: str) -> bool:
    return any(_is(encoder, text) for encoder in ENCODERS)


def _is(encoder: Encoder, hub_id: str) -> bool:
    return re.fullmatch(encoder.ids, hub_id, re.IGNORECASE) is not None


def _loaded_ids(source: Source) -> Iterator[str]:
    for node in source.nodes:
        if isinstance(node, ast.Call) and node.args and _loads_model(node.func):
            yield from _strings(source, node.args[0])


def _loads_model(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        owner = function.value
        last = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
        return function.attr in _LOADERS and not last.endswith(_NO_MODEL)
    return isinstance(function, ast.Name) and function.id in _LOADERS


def _strings(source: Source, node: ast.expr) -> Iterator[str]:
    """The strings an argument can be: itself, or what its name is bound to in this file when that is one string."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Name):
        bound = {value for name, value in _bound_strings(source) if name == node.id}
        yield from bound if len(bound) == 1 else ()


def _bound_strings(source: Source) -> Iterator[tuple[str, str]]:
    for node in source.nodes:
        pairs: list[tuple[ast.AST, ast.expr]] = []
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.args.defaults:
            pairs = list(zip(parameters(node)[-len(node.args.defaults) :], node.args.defaults))
        for target, value in pairs:
            name = getattr(target, "id", getattr(target, "arg", None))
            if name and isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield name, value.value
