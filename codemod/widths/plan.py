"""Widths that follow from the encoder: rewritten where the origin is proven, listed where it only looks like it.

FastESM2_650 is 1280 wide. A program written for another checkpoint holds the old width in files that never name
esm: `input_dim = 3328` is 768 (DNABERT-S) + 2560 (esm2_t36_3B_UR50D). A sum is proven when
1. the model of every other encoder is loaded in the repository by its Hub id,
2. one concatenation joins exactly these encoders and ESM (not needed where the sum is written out),
3. the number is the old width and theirs in exactly one way, and no sum of others is the same,
4. the number reaches a layer's input or a tensor's shape.
The bare width is proven when the tensor it describes is read from the model's output in the same file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Optional, Union

from codemod.program.source import Source
from codemod.records import Edit, Leftover
from codemod.widths import wording
from codemod.widths.code import Code
from codemod.widths.encoders import ENCODERS, ESM, loaded, mentioned
from codemod.widths.joins import joined
from codemod.widths.numbers import Number, about_embeddings, numbers
from codemod.widths.places import AXIS, CUT, IN_FEATURES, OTHER, OWN, TELLING, Place, places
from codemod.widths.staying import speaks_of_embeddings, stays
from codemod.widths.sums import Sum, candidate_numbers, explained_otherwise, sums
from codemod.widths.tensors import describes_embeddings, speaks_of_esm
from codemod.widths.totals import totals

#: Few layers take as many features by chance as ESM-2 3B and 15B give: listed in files that never say esm, too.
_RARE = 2560

Answer = Union[Sum, str, None]  # proven, listed with the reason, or no width
Planned = Union[tuple[str, Edit], Leftover]


def candidate_words(old: int, others: Collection[int] = ()) -> list[bytes]:
    """What a file contains that can matter: the old width, its sums with known encoders, and their names."""
    numbers = sorted({*candidate_numbers(old), *totals(old, old, others)})
    words = ("DNABERT", "dnabert", "prot_bert", "prot_t5", "ProstT5", "from_pretrained", "SentenceTransformer")
    return [*(str(number).encode() for number in numbers), *(word.encode() for word in words)]


def plan_widths(
    sources: Mapping[str, Source], old: int, new: int, others: Collection[int] = (), left: Collection[str] = ()
) -> Iterator[Planned]:
    """Edits of proven widths, and a Leftover for every other number that looks like the old width.

    `sources` are the files with one of `candidate_words`, by path. Only to be asked when what loads the checkpoint
    of width `old` is migrated; equal widths yield nothing. `others` are the widths of other checkpoints that are,
    `left` the files where something still uses fair-esm: what is proven of an embedding there is the old model's.
    """
    if old == new:
        return
    planner = _Planner(Code(sources), old, new, others, left)
    for source in planner.code.sources:
        yield from planner.file(source)


class _Planner:
    def __init__(self, code: Code, old: int, new: int, others: Collection[int], left: Collection[str]) -> None:
        self.code, self.old, self.new, self.left = code, old, new, left
        self.totals = totals(old, new, others)
        self.loaded = loaded(code.sources)
        every = {*self.loaded, *mentioned(code.sources)}
        self.ways = sums(old, new, self.loaded)
        self.suspects = sums(old, new, sorted(every, key=ENCODERS.index))

    @cached_property
    def joined(self) -> frozenset[frozenset[str]]:
        """What is joined with ESM, as word patterns."""
        return frozenset(words - {ESM.word} for words in joined(self.code, self.loaded))

    def file(self, source: Source) -> Iterator[Planned]:
        wanted = {*self.suspects, *self.totals}
        answers = {number: self.answer(number) for number in numbers(source, wanted, self.old)}
        unproven = [number.line for number, answer in answers.items() if isinstance(answer, str)]
        rewritten: dict[Number, Sum] = {}
        listed: defaultdict[str, list[int]] = defaultdict(list)
        for number, answer in answers.items():
            if isinstance(answer, Sum) and answer.others and unproven:
                answer = wording.beside(answer, min(unproven))
            if isinstance(answer, Sum):
                rewritten[number] = answer
            elif answer:
                listed[answer].append(number.line)
        yield from ((source.path, edit) for edit in wording.edits(source, rewritten))
        for why, lines in listed.items():
            yield Leftover.at(source.path, lines, wording.RULE, why)

    def answer(self, number: Number) -> Answer:
        reached = places(self.code, number.source, number.whole)
        if number.value == self.old:
            return self._bare(number, reached)
        if number.value in self.totals and number.value not in self.suspects:
            return self._total(number, reached)
        return self._sum(number, reached)

    def _total(self, number: Number, reached: list[Place]) -> Optional[str]:
        """So many layers are as wide that the line itself must speak of embeddings."""
        takes = any(each.kind in TELLING for each in reached)
        told = number.about_embeddings or any(speaks_of_esm(self.code, each) for each in reached)
        return wording.total(number.value, *self.totals[number.value]) if takes and told and not stays(number) else None

    def _bare(self, number: Number, reached: list[Place]) -> Answer:
        if reached and all(describes_embeddings(self.code, each) for each in reached):
            made = Sum(self.old, self.new)
            old = any(each.source.path in self.left for each in reached)
            return wording.half(made) if old else made
        return wording.bare(self.old, self.new, reached) if self._looks_like_a_width(number, reached) else None

    def _sum(self, number: Number, reached: list[Place]) -> Answer:
        suspects = self.suspects.get(number.value, [])
        if not suspects:
            unknown = number.spelled and self._looks_like_a_width(number, reached)
            return wording.unknown_sum(number.value, self.old, self.new) if unknown else None
        if not any(each.kind in TELLING for each in reached) and not number.names_a_width:
            return None
        doubt = self._doubt(number, reached)
        if doubt is None:
            made = self.ways[number.value][0]
            return wording.half(made) if self.left else made
        quiet = _is_common(number.value) and not (number.names_a_width and number.value in self.ways)
        return None if quiet else wording.doubtful(suspects, doubt)

    def _doubt(self, number: Number, reached: list[Place]) -> Optional[str]:
        """What is missing from the proof of a sum."""
        ways = self.ways.get(number.value, [])
        if not ways:
            return "no model of that encoder is loaded by its Hub id here"
        others = [*explained_otherwise(number.value, self.old, self.loaded)]
        if len(ways) > 1 or others:
            return f"it is also {others[0] if others else _named(ways[1])}"
        if number.spelled:
            return None if _terms_fit(number, ways[0]) else "its terms are others"
        if _is_common(number.value):
            return "the number is a common layer size"
        if ways[0].words not in self.joined:
            return "no concatenation of exactly these embeddings was found"
        telling = {each.kind for each in reached}.intersection(TELLING)
        if not telling:
            return "it reaches no layer and no shape here"
        if telling == {AXIS}:
            return "whether it measures the last axis cannot be seen"
        if ways[0].after in self.ways:
            return f"the new width {ways[0].after} could not be told from an old one"
        return None

    def _looks_like_a_width(self, number: Number, reached: list[Place]) -> bool:
        kinds = {each.kind for each in reached}
        if (OWN in kinds and kinds.isdisjoint(TELLING)) or stays(number):
            return False
        told = number.about_embeddings or any(
            about_embeddings(each.source, each.node) or speaks_of_esm(self.code, each) for each in reached
        )
        rare = self.old >= _RARE
        if rare and IN_FEATURES in kinds:
            return True
        if not kinds.isdisjoint((*TELLING, CUT)):
            return told or speaks_of_embeddings(number.source)
        return number.names_a_width and (told or rare or kinds != {OTHER})


def _named(made: Sum) -> str:
    return " + ".join(each.name for each in made.others)


def _terms_fit(number: Number, made: Sum) -> bool:
    terms = sorted(wording.terms(number.whole))
    return terms == sorted([made.old, *(each.width for each in made.others)])


def _is_common(number: int) -> bool:
    """Powers of two and thousands of them are layer sizes of their own (3072 is BERT's inner layer)."""
    return number & (number - 1) == 0 or number % 1024 == 0 or number in (768, 1536)
