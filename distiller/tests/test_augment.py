import numpy as np
import pytest
from tokenizers import Tokenizer

from cohort_distiller.augment import Vocabulary, augmented
from cohort_distiller.batches import encode
from conftest import WORDS, write_tokenizer


@pytest.fixture(scope="module", params=[False, True], ids=["bert", "roberta"])
def tokenizer(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tokenizer")
    write_tokenizer(folder, roberta=request.param)
    made = Tokenizer.from_file(str(folder / "tokenizer.json"))
    made.no_padding()
    made.no_truncation()
    return made


def texts(inputs, rows=200):
    generator = np.random.default_rng(0)
    words = [" ".join(generator.choice(WORDS, generator.integers(2, 9))) for _ in range(2 * rows)]
    return [tuple(words[row * inputs : (row + 1) * inputs]) for row in range(rows)]


@pytest.mark.parametrize("inputs", [1, 2])
def test_copies_keep_their_specials_and_differ(tokenizer, inputs):
    rows = encode(tokenizer, texts(inputs))
    vocabulary = Vocabulary.of(tokenizer)
    made = augmented(rows, vocabulary, 2, 64, seed=3)
    assert len(made) == 2 * len(rows)
    changed = 0
    for number in range(len(made)):
        before, after = rows.row(number % len(rows)), made.row(number)
        assert after[0][0] == before[0][0]
        assert after[0][-1] == before[0][-1]
        assert len(after[0]) == len(after[1]) <= 64
        specials = [sum(i in vocabulary.special for i in row[0]) for row in (before, after)]
        assert specials[0] == specials[1]
        changed += before != after
    assert changed > len(made) / 2


def sides(row, vocabulary):
    """The texts of an encoded row, as lists of ids."""
    found = [[]]
    for token in row[0]:
        if token in vocabulary.special:
            found.append([])
        else:
            found[-1].append(token)
    return [text for text in found if text]


def test_half_of_the_copies_of_a_pair_hold_one_text_twice(tokenizer):
    generator = np.random.default_rng(0)
    of_side = (WORDS[::2], WORDS[1::2])
    pairs = [tuple(" ".join(generator.choice(words, 30)) for words in of_side) for _ in range(200)]
    rows, vocabulary = encode(tokenizer, pairs), Vocabulary.of(tokenizer)
    made = augmented(rows, vocabulary, 1, 512, seed=0)
    echoes = 0
    for number in range(len(rows)):
        before = sides(rows.row(number), vocabulary)
        after = sides(made.row(number), vocabulary)
        kept = next(text for text in after if text in before)
        altered = after[1 - after.index(kept)]
        echoes += len(set(altered) & set(kept)) > len(set(altered)) / 2
    assert echoes / len(rows) == pytest.approx(0.5, abs=0.1)
    assert vocabulary.mask not in made.ids


def test_types_of_a_pair_follow_its_texts(tokenizer):
    rows = encode(tokenizer, texts(2))
    vocabulary = Vocabulary.of(tokenizer)
    made = augmented(rows, vocabulary, 1, 64, seed=0)
    for number in range(len(rows)):
        ids, types = made.row(number)
        first, second = sides(made.row(number), vocabulary)
        plain = [
            kind for token, kind in zip(ids, types, strict=True) if token not in vocabulary.special
        ]
        of_pair = rows.row(number)[1]
        assert plain == [of_pair[1]] * len(first) + [of_pair[-1]] * len(second)


def test_a_copy_of_a_pair_never_exceeds_the_longest(tokenizer):
    rows = encode(tokenizer, texts(2))
    longest = int(rows.lengths.max())
    vocabulary = Vocabulary.of(tokenizer)
    made = augmented(rows, vocabulary, 8, longest, seed=0)
    assert made.lengths.max() == longest
    assert all(len(sides(made.row(number), vocabulary)) == 2 for number in range(len(made)))


def test_a_spliced_row_never_exceeds_the_longest(tokenizer):
    rows = encode(tokenizer, [(" ".join(["play", "music"] * 8),)] * 50)
    made = augmented(rows, Vocabulary.of(tokenizer), 4, int(rows.lengths.max()), seed=1)
    assert made.lengths.max() <= rows.lengths.max()
    assert made.lengths.min() >= 2


def test_the_same_seed_makes_the_same_rows(tokenizer):
    rows, vocabulary = encode(tokenizer, texts(1)), Vocabulary.of(tokenizer)
    first, again, other = (augmented(rows, vocabulary, 1, 64, seed) for seed in (1, 1, 2))
    assert first.digest() == again.digest() != other.digest()


def test_without_a_mask_tokens_are_left_out(tokenizer):
    rows = encode(tokenizer, texts(1))
    special = Vocabulary.of(tokenizer).special
    made = augmented(rows, Vocabulary(-1, special), 1, 64, seed=0)
    assert made.lengths.sum() < rows.lengths.sum()
    assert set(made.ids) <= set(rows.ids)
