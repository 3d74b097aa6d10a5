"""Runs the shipped graphs of a package with ONNX Runtime on the CPU."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from .architecture import Task
from .errors import InputError
from .manifest import int8_graphs
from .rows import Row, RowEncoder, Text, length_batches, pack

FloatArray = NDArray[np.float32]


def open_session(graph: Path, threads: int = 1) -> Any:
    """A CPU session whose pool sleeps while idle: spinning threads slow down their neighbours."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Without VNNI, sums of int8 products would overflow in 16 bits. The answers are the same with
    # VNNI, but slower: sessions that serve or are timed do not set this there.
    options.add_session_config_entry("session.x64quantprecision", "1")
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise InputError(f"{graph}: ONNX Runtime cannot open the graph: {error}") from error


def _milliseconds(session: Any, inputs: Mapping[str, NDArray[np.int32]]) -> float:
    begin = time.perf_counter()
    session.run(None, dict(inputs))
    return 1000 * (time.perf_counter() - begin)


class Runtime:
    """All students of a package, opened. Runs one batch at a time.

    `manifest` needs what a seat needs: bias, dimensions, tokenizer, students, task; and `int8` for
    int8 arithmetic, which a package need not have.
    """

    def __init__(
        self, folder: Path, manifest: dict[str, Any], threads: int = 1, *, int8: bool = False
    ) -> None:
        self.task: Task = manifest["task"]
        self.bias: FloatArray = np.array(manifest["bias"], np.float32)
        self.position_offset: int = manifest["tokenizer"]["position_offset"]
        self.encoder = RowEncoder.of_package(folder, manifest)
        graphs = [student["graph"] for student in manifest["students"]]
        if int8:
            graphs = int8_graphs(manifest)
            if not graphs:
                raise InputError(f"{folder}: has no int8 graphs; the command quantize adds them")
        self._sessions = [open_session(folder / graph, threads) for graph in graphs]

    @property
    def members(self) -> int:
        """M, the students of the ensemble."""
        return len(self._sessions)

    def encode(self, texts: Sequence[Text]) -> list[Row]:
        """Rows of the texts, truncated as the package says."""
        return self.encoder.encode(texts)

    def batch(self, rows: Sequence[Row]) -> FloatArray:
        """Contributions [M,B,D] of one packed batch."""
        inputs = pack(rows, self.position_offset)
        return np.stack([session.run(None, inputs)[0] for session in self._sessions])

    def latencies(self, tokens: int, runs: int) -> list[float]:
        """Milliseconds of each student for one row of that many tokens: the least of some runs.

        The least, because neighbours on the machine can only make a run longer.
        """
        inputs = pack([Row((0,) * tokens, (0,) * tokens)], self.position_offset)
        return [
            min(_milliseconds(session, inputs) for _ in range(runs)) for session in self._sessions
        ]

    def contributions(self, rows: Sequence[Row]) -> FloatArray:
        """Contributions [M,N,D] of any number of rows, in their order."""
        result = np.empty((len(self._sessions), len(rows), len(self.bias)), np.float32)
        for numbers in length_batches([len(row) for row in rows]):
            result[:, numbers] = self.batch([rows[number] for number in numbers])
        return result

    def prefix_logits(self, rows: Sequence[Row]) -> FloatArray:
        """Answers before activation [M,N,D]; entry k-1 is prefix k."""
        contributions = self.contributions(rows)
        logits: FloatArray = self.bias + np.cumsum(contributions, axis=0, dtype=np.float32)
        return logits
