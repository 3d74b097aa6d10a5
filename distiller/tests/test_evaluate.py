import numpy as np
import pytest

from cohort_distiller.errors import InputError
from cohort_distiller.evaluate import (
    paired_differences,
    prefix_quality,
    quality_split,
    score_with_interval,
)


def answers(rows=2000, right=0.8, seed=0):
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 4, rows)
    said = np.where(generator.random(rows) < right, labels, (labels + 1) % 4)
    return np.eye(4)[said], labels


def test_accuracy_and_the_width_of_its_interval():
    logits, labels = answers()
    score, (low, high) = score_with_interval("accuracy", logits, labels)
    assert score == pytest.approx((logits.argmax(-1) == labels).mean())
    half = 1.96 * np.sqrt(score * (1 - score) / 2000)
    assert score - low == pytest.approx(half, rel=0.15)
    assert high - score == pytest.approx(half, rel=0.15)


def test_interval_covers_the_truth_about_19_times_in_20():
    covered = 0
    for seed in range(200):
        logits, labels = answers(rows=300, seed=seed)
        _, (low, high) = score_with_interval("accuracy", logits, labels, seed)
        covered += low <= 0.8 <= high
    assert 178 <= covered <= 199


def test_pearson_is_the_correlation_of_numpy():
    generator = np.random.default_rng(1)
    truth = generator.normal(3, 2, 500)
    said = (truth + generator.normal(0, 1, 500))[:, None]
    score, (low, high) = score_with_interval("pearson", said, truth)
    assert score == pytest.approx(np.corrcoef(said[:, 0], truth)[0, 1], abs=1e-6)
    assert low < score < high
    assert score_with_interval("pearson", np.zeros((500, 1)), truth)[0] == 0


def test_cosine_is_the_mean_over_rows():
    vectors = np.random.default_rng(2).normal(size=(50, 8))
    assert score_with_interval("cosine", vectors * 3, vectors)[0] == 1
    assert score_with_interval("cosine", -vectors, vectors)[0] == -1


def test_split_has_the_teacher_and_every_prefix_and_is_repeatable():
    teacher, labels = answers(right=0.95)
    prefixes = np.stack([answers(right=0.7)[0], answers(right=0.9)[0]])
    split = quality_split("accuracy", prefixes, teacher, labels, seed=4)
    assert split == quality_split("accuracy", prefixes, teacher, labels, seed=4)
    assert split["prefixes"][0] < split["prefixes"][1] < split["teacher"]
    assert split["rows"] == 2000
    assert len(split["prefix_intervals"]) == 2
    assert prefix_quality("accuracy", prefixes, labels, seed=4).items() <= split.items()


def test_unusable_answers_are_refused():
    with pytest.raises(InputError, match="2 answers cannot be compared with 3 targets"):
        score_with_interval("accuracy", np.zeros((2, 3)), np.zeros(3))
    with pytest.raises(InputError, match="not a finite number"):
        score_with_interval("accuracy", np.full((1, 3), np.nan), np.zeros(1))


def test_paired_intervals_are_narrower_than_the_prefixes_own():
    told, labels = answers(seed=4)
    said = told.copy()
    said[:20] = np.roll(said[:20], 1, axis=-1)
    found = paired_differences("accuracy", np.stack([said, told]), told, labels)
    whole = (said.argmax(-1) == labels).mean() - (told.argmax(-1) == labels).mean()
    assert found["differences"] == pytest.approx([whole, 0])
    (low, high), same = found["difference_intervals"]
    assert low <= whole <= high
    assert high - low < 0.02
    assert same == [0, 0]


def test_paired_difference_of_correlations():
    generator = np.random.default_rng(2)
    truth = generator.normal(0, 1, 400)
    told, said = ((truth + generator.normal(0, s, 400))[:, None] for s in (0.3, 1.0))
    found = paired_differences("pearson", said[None], told, truth)
    (low, high) = found["difference_intervals"][0]
    assert low < found["differences"][0] < high < 0
