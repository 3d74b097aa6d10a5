"""A whole teacher as a package with one member, so that it runs on the same path as students."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from .embeddings import Embeddings
from .ensemble import Ensemble
from .evaluate import metric_of, quality_split
from .int8 import Quality
from .manifest import Manifest
from .package import PackageFacts, write_package
from .precision import Weights
from .rows import Row, length_batches, pad
from .runtime import Runtime
from .student import Student
from .teacher import Teacher

_NAME = "teacher"


@dataclass(frozen=True)
class LabelledRows:
    """Texts (or pairs) with targets: label numbers [N] or values [N]; embeddings need none."""

    texts: Sequence[Sequence[str]]
    targets: NDArray[Any] | None = None


def teacher_ensemble(teacher: Teacher) -> Ensemble:
    """An ensemble of one student that has all layers and the exact head of the teacher."""
    encoder, head = teacher.encoder(), teacher.head()
    student = Student(
        encoder.architecture,
        teacher.layers,
        teacher.outputs if "output.weight" in head.tensors else None,
        pooling=head.pooling,
        dense_activation=head.dense_activation,
    )
    for number, layer in enumerate(student.layers):
        layer.load_state_dict(encoder.layer(number))
    student.head.load_state_dict(dict(head.tensors))
    return Ensemble(Embeddings.of_encoder(encoder), [student], head.bias).eval()


def teacher_logits(
    teacher: Teacher, rows: Sequence[Row], max_tokens: int = 4096
) -> NDArray[np.float32]:
    """The teacher's own answers [N,D] (logits, or normalised embeddings), in the rows' order."""
    device = next(teacher.parameters()).device
    answers = np.empty((len(rows), teacher.outputs), np.float32)
    teacher.eval()
    for numbers in length_batches([len(row) for row in rows], max_tokens):
        ids, mask, types = pad([rows[number] for number in numbers])
        with torch.no_grad():
            output, _ = teacher(*(torch.from_numpy(x).to(device) for x in (ids, mask, types)))
        answers[numbers] = output.float().cpu().numpy()
    return answers


def export_teacher(
    teacher: Teacher,
    out: Path | str,
    *,
    name: str = _NAME,
    inputs: int = 1,
    weights: Weights = "fp32",
    dev: LabelledRows | None = None,
    overwrite: bool = False,
) -> Manifest:
    """Writes the teacher as a one-member package.

    Its quality is measured on `dev`. Without labelled rows the figure is how far the package
    agrees with the PyTorch teacher on a few texts, the provenance says so, and that of int8
    arithmetic is not measured.
    """
    facts = PackageFacts(
        name=name,
        task=teacher.task,
        tokenizer_json=teacher.tokenizer_json,
        max_tokens=teacher.max_tokens,
        labels=teacher.labels,
        inputs=inputs,
        provenance={
            "kind": "a whole teacher as one member",
            "family": teacher.family,
            "quality": "measured on labelled rows" if dev else "agreement with the teacher itself",
        },
    )
    quality = _quality(teacher, dev, inputs)
    return write_package(
        out,
        teacher_ensemble(teacher),
        facts,
        quality,
        weights=weights,
        int8_quality=quality if dev else None,
        overwrite=overwrite,
    )


def _quality(teacher: Teacher, dev: LabelledRows | None, inputs: int) -> Quality:
    metric = metric_of(teacher.task)

    def measure(runtime: Runtime) -> Mapping[str, Any]:
        texts = dev.texts if dev else _AGREEMENT_TEXTS[inputs]
        rows = runtime.encode(texts)
        own = teacher_logits(teacher, rows)
        targets = dev.targets if dev else None
        if targets is None:
            targets = {"accuracy": own.argmax(-1), "pearson": own[:, 0], "cosine": own}[metric]
        split = quality_split(metric, runtime.prefix_logits(rows), own, targets)
        return {"metric": metric, "dev": split}

    return measure


#: By texts a row. More than one row, since a correlation needs them.
_AGREEMENT_TEXTS: dict[int, list[list[str]]] = {
    1: [["What is the balance of my account?"], ["Play some music."], ["yes"]],
    2: [
        ["How old is the tower?", "It was built in 1889."],
        ["A man sleeps.", "A man is asleep."],
        ["yes", "no"],
    ],
}
