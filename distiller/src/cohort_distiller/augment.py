"""More training rows made of the labelled ones; the teacher says what they mean.

Copies of a single text are masked or spliced with another row. Copies of a pair hold a text beside
an altered copy of itself, or one text as it is and the other one altered: random changes of some
tokens make pairs between "the same" and "another", which a task's own rows have too few of to learn
a comparison from. All work on tokens, so that nothing depends on a language's words.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from .batches import Encoded

MASKED = 0.15
"""Share of a masked row's tokens that are hidden: what BERT-like encoders are pretrained with."""

ECHOED = 0.5
"""Share of a pair's copies in which both sides come from the same text."""

_EDITS = (1, 1, 2, 3)
"""How many changes an altered text has: one of these."""

_SPANS = (1, 1, 2, 3, 5)
"""How many tokens a change takes away or replaces: one of these."""

_SEED = 0x5EED
_MASKS = ("[MASK]", "<mask>")


@dataclass(frozen=True)
class Vocabulary:
    """The ids that augmentation needs: the mask's, -1 where there is none, and the special ones."""

    mask: int
    special: frozenset[int]

    @staticmethod
    def of(tokenizer: Tokenizer) -> "Vocabulary":
        """Reads them from a tokenizer: special is what it puts around empty texts."""
        found = [tokenizer.token_to_id(name) for name in _MASKS]
        mask = next((number for number in found if number is not None), -1)
        around = [*tokenizer.encode("").ids, *tokenizer.encode("", "").ids]
        return Vocabulary(mask, frozenset(around))


def augmented(
    rows: Encoded, vocabulary: Vocabulary, copies: int, longest: int, seed: int
) -> Encoded:
    """`copies` altered copies of every row, of at most `longest` tokens: a function of the seed."""
    generator = np.random.default_rng((_SEED, seed))
    made = [row for _ in range(copies) for row in _one_copy(rows, vocabulary, longest, generator)]
    starts = np.concatenate([[0], np.cumsum([len(ids) for ids, _ in made])]).astype(np.int64)
    ids = np.concatenate([ids for ids, _ in made]).astype(np.int32)
    return Encoded(ids, np.concatenate([types for _, types in made]).astype(np.uint8), starts)


Ids = npt.NDArray[np.int32]
Row = tuple[Ids, npt.NDArray[np.uint8]]


def _one_copy(
    rows: Encoded, vocabulary: Vocabulary, longest: int, generator: np.random.Generator
) -> Iterator[Row]:
    partners = generator.permutation(len(rows))
    for number, partner in enumerate(partners):
        row, other = _row(rows, number), _row(rows, int(partner))
        sides = _sides(row, vocabulary)
        if len(sides) == 2:
            foreign = [other[0][side] for side in _sides(other, vocabulary)]
            yield _altered_pair(row, sides, foreign, longest, generator)
        elif _single(row, vocabulary) and generator.random() < 0.5:
            yield _spliced(row, other, longest, generator)
        else:
            yield _masked(row, vocabulary, generator)


def _row(rows: Encoded, number: int) -> Row:
    part = slice(rows.starts[number], rows.starts[number + 1])
    return rows.ids[part], rows.types[part]


def _single(row: Row, vocabulary: Vocabulary) -> bool:
    """Whether specials stand only at the ends: one text, not a pair."""
    return len(row[0]) > 3 and not vocabulary.special.intersection(row[0][1:-1].tolist())


def _sides(row: Row, vocabulary: Vocabulary) -> list[slice]:
    """Where the texts of a row stand: the runs of tokens that are not special."""
    plain = np.isin(row[0], sorted(vocabulary.special), invert=True)
    edges = np.flatnonzero(np.diff(plain, prepend=False, append=False))
    return [slice(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def _altered_pair(
    row: Row, sides: list[slice], foreign: list[Ids], longest: int, generator: np.random.Generator
) -> Row:
    """The pair with one side altered; where it is an echo, both sides were the same before."""
    texts = [row[0][side] for side in sides]
    source = (foreign or texts)[int(generator.integers(len(foreign or texts)))]
    if generator.random() < ECHOED:
        texts = [texts[int(generator.integers(2))]] * 2
    which = int(generator.integers(2))
    texts[which] = _altered(texts[which], source, generator)
    room = longest - len(row[0]) + sum(side.stop - side.start for side in sides)
    texts[0] = texts[0][: max(room // 2, room - len(texts[1]))]
    texts[1] = texts[1][: room - len(texts[0])]
    return _with_texts(row, sides, texts)


def _with_texts(row: Row, sides: list[slice], texts: list[Ids]) -> Row:
    """The row with other texts in the same frame of special tokens."""
    ids, types, end = [], [], 0
    for side, text in zip(sides, texts, strict=True):
        ids += [row[0][end : side.start], text]
        types += [row[1][end : side.start], np.full(len(text), row[1][side.start], np.uint8)]
        end = side.stop
    return np.concatenate([*ids, row[0][end:]]), np.concatenate([*types, row[1][end:]])


def _altered(text: Ids, foreign: Ids, generator: np.random.Generator) -> Ids:
    """Drops spans, puts some of another text in their place, or swaps beginning and end."""
    for _ in range(int(generator.choice(_EDITS))):
        start = int(generator.integers(len(text)))
        stop = min(start + int(generator.choice(_SPANS)), len(text))
        kind = generator.integers(3)
        if kind == 0 and stop - start < len(text):
            text = np.delete(text, slice(start, stop))
        elif kind == 1:
            place = int(generator.integers(len(foreign)))
            other = foreign[place : place + stop - start]
            text = np.concatenate([text[:start], other, text[stop:]])
        else:
            text = np.concatenate([text[start:], text[:start]])
    return text


def _masked(row: Row, vocabulary: Vocabulary, generator: np.random.Generator) -> Row:
    ids, types = row
    plain = ~np.isin(ids, sorted(vocabulary.special))
    hidden = plain & (generator.random(len(ids)) < MASKED)
    if vocabulary.mask < 0:
        return ids[~hidden], types[~hidden]
    return np.where(hidden, vocabulary.mask, ids).astype(np.int32), types


def _spliced(row: Row, partner: Row, longest: int, generator: np.random.Generator) -> Row:
    """The beginning of one text and the end of another."""
    ids, types = row
    cut = int(generator.integers(1, len(ids) - 1))
    rest = int(generator.integers(1, max(2, len(partner[0]) - 1)))
    head = min(cut, longest - 2)
    tail = partner[0][rest:][-(longest - head) :]
    return (
        np.concatenate([ids[:head], tail]),
        np.concatenate([types[:head], partner[1][-len(tail) :]]),
    )
