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


def test_pairs_are_masked_and_never_spliced(tokenizer):
    rows = encode(tokenizer, texts(2))
    vocabulary = Vocabulary.of(tokenizer)
    made = augmented(rows, vocabulary, 1, 64, seed=0)
    assert np.array_equal(made.starts, rows.starts)
    differs = made.ids != rows.ids
    assert set(made.ids[differs]) == {vocabulary.mask}
    plain = ~np.isin(rows.ids, list(vocabulary.special))
    assert differs.sum() / plain.sum() == pytest.approx(0.15, abs=0.04)


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
    rows = encode(tokenizer, texts(2))
    special = Vocabulary.of(tokenizer).special
    made = augmented(rows, Vocabulary(-1, special), 1, 64, seed=0)
    assert made.lengths.sum() < rows.lengths.sum()
    assert set(made.ids) <= set(rows.ids)
