"""More training rows made of the labelled ones; the teacher says what they mean.

Each copy of a row is either masked or, where rows are single texts, spliced with another row. Both
work on tokens, so that the students' tokenizer never sees a text that no user could send.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from .batches import Encoded

MASKED = 0.15
"""Share of a masked row's tokens that are hidden: what BERT-like encoders are pretrained with."""

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


Row = tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]


def _one_copy(
    rows: Encoded, vocabulary: Vocabulary, longest: int, generator: np.random.Generator
) -> Iterator[Row]:
    partners = generator.permutation(len(rows))
    for number, partner in enumerate(partners):
        row = _row(rows, number)
        if _single(row, vocabulary) and generator.random() < 0.5:
            yield _spliced(row, _row(rows, int(partner)), longest, generator)
        else:
            yield _masked(row, vocabulary, generator)


def _row(rows: Encoded, number: int) -> Row:
    part = slice(rows.starts[number], rows.starts[number + 1])
    return rows.ids[part], rows.types[part]


def _single(row: Row, vocabulary: Vocabulary) -> bool:
    """Whether specials stand only at the ends: one text, not a pair."""
    return len(row[0]) > 3 and not vocabulary.special.intersection(row[0][1:-1].tolist())


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
