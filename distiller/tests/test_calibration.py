import numpy as np
import pytest

from cohort_distiller.calibration import (
    EDGES,
    calibrate,
    calibration_error,
    fit_temperature,
    margin_table,
    margins,
    outlier_auroc,
    probabilities,
    temperatures,
)


def drawn(rows=20_000, columns=5, seed=0):
    """Logits, and labels drawn from exactly the probabilities that the logits give."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(0, 2, (rows, columns))
    reached = probabilities(logits).cumsum(-1) > generator.random((rows, 1))
    return logits, reached.argmax(-1)


def test_true_probabilities_have_no_calibration_error():
    logits, labels = drawn()
    assert calibration_error(probabilities(logits), labels) < 0.015


def test_calibration_error_of_known_bins():
    sure = np.array([[1.0, 0.0]] * 4 + [[0.6, 0.4]] * 4)
    labels = np.array([0, 0, 0, 1, 0, 0, 0, 0])
    assert calibration_error(sure, labels) == pytest.approx((0.25 + 0.4) / 2)


@pytest.mark.parametrize("heat", [0.3, 1.0, 4.0])
def test_the_temperature_undoes_a_scale(heat):
    logits, labels = drawn()
    assert fit_temperature(logits * heat, labels) == pytest.approx(heat, rel=0.04)


def test_the_temperature_stays_in_its_bounds():
    logits = np.array([[5.0, 0.0], [0.0, 5.0]])
    assert fit_temperature(logits, np.array([0, 1])) == pytest.approx(0.05, rel=1e-3)
    assert fit_temperature(logits, np.array([1, 0])) == pytest.approx(20, rel=1e-3)


def test_calibration_helps_on_rows_it_has_not_seen():
    dev, test = drawn(seed=1), drawn(seed=2)
    found = calibrate(
        np.stack([dev[0] * 3, dev[0]]),
        dev[1],
        {"test": (np.stack([test[0] * 3, test[0]]), test[1])},
    )
    errors = found["errors"]["test"]
    assert found["temperatures"] == pytest.approx([3, 1], rel=0.04)
    assert errors["before"][0] > 0.1
    assert max(errors["after"]) < 0.015
    assert set(found["errors"]) == {"dev", "test"}


def test_margins_count_rows_and_disagreements():
    first = np.log([[0.96, 0.04], [0.52, 0.48], [0.3, 0.7]])
    last = np.log([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]])
    table = margin_table(np.stack([first, last]))
    assert table["edges"] == list(EDGES)
    assert sum(table["rows"][0]) == 3
    assert table["rows"][0][0] == table["disagreements"][0][0] == 1
    assert sum(table["disagreements"][0]) == 1
    assert margins(first) == pytest.approx([0.92, 0.04, 0.4])


def test_a_margin_of_one_falls_into_the_last_bin():
    sure = np.array([[[1000.0, 0.0]], [[0.0, 1000.0]]])
    table = margin_table(sure)
    assert table["rows"] == [[0] * (len(EDGES) - 2) + [1]]
    assert table["disagreements"] == table["rows"]


def test_auroc_is_the_share_of_pairs_in_order():
    inside = np.log([[0.9, 0.1], [0.8, 0.2], [0.6, 0.4]])
    outside = np.log([[0.6, 0.4], [0.7, 0.3]])
    assert outlier_auroc(inside, outside) == pytest.approx((2 + 2 + 0.5) / 6)


def test_a_temperature_changes_which_of_two_rows_is_surer():
    inside, outside = np.array([[5.0, 4.0, -50.0]]), np.array([[2.0, 0.0, 0.0]])
    assert outlier_auroc(inside, outside) == 0
    assert outlier_auroc(inside, outside, 4.0) == 1


def test_prefixes_without_a_temperature_have_one():
    told = {"students": [{}, {}], "calibration": {"temperatures": [1.5, 2]}}
    assert temperatures(told) == [1.5, 2]
    assert temperatures({"students": [{}, {}]}) == [1, 1]
