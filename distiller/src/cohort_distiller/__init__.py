"""Distils a deep BERT-like teacher into an ordered ensemble of shallow students.

Shapes that recur in this package: B rows of a batch, L longest row, T tokens of all rows together,
H hidden size, D output columns, M students of the ensemble.
"""

__version__ = "0.1.0"
