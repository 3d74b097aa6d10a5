"""Distils a deep BERT-like teacher into an ordered ensemble of shallow students.

Shapes that recur in this package: B rows of a batch, L longest row, T tokens of all rows together,
H hidden size, D output columns, M students of the ensemble.
"""

import os

# Read by ONNX Runtime when it is imported: its builds report to their maker otherwise.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

__version__ = "0.1.0"
