import numpy as np

from cohort_distiller.committee import committee

BIAS = np.array([0.5, 0.0, -1.0])


def answers(*classes):
    """Logits [N,3] whose largest are those of the given classes, by a large step."""
    return 9.0 * np.eye(3)[list(classes)]


def test_counts_what_members_and_their_sum_get_wrong():
    labels = np.array([0, 1, 2, 0])
    alone = np.stack([2 * answers(0, 1, 0, 1), answers(0, 2, 0, 0)])
    prefixes = BIAS + (alone - BIAS).cumsum(0)
    teacher = answers(0, 1, 2, 1)
    found = committee(prefixes, BIAS, labels, teacher)
    assert found == {
        "accuracy": [0.5, 0.5],
        "wrong": {"members": [2, 2], "every": 1, "whole": 2},
        "avoidable": {"members": [1, 2], "every": 1, "whole": 1},
    }
    assert "avoidable" not in committee(prefixes, BIAS, labels)
