"""The ordered ensemble of students over one embedding table."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .architecture import Architecture
from .embeddings import Embeddings
from .student import Student


@dataclass(frozen=True)
class EnsembleOutput:
    """Contributions [m,B,D] of the members asked for, in boosting order, and their hidden states.

    `hidden_states[i]` belongs to the i-th member asked for: one [B,L,H] for each of its layers.
    """

    contributions: Tensor
    hidden_states: tuple[tuple[Tensor, ...], ...] = ()


class Ensemble(nn.Module):
    """Embeddings, students in boosting order, and the bias [D] that is added once.

    Students do not depend on each other: the contribution of one is the same whoever else runs.
    """

    bias: nn.Parameter

    def __init__(self, embeddings: Embeddings, students: Sequence[Student], bias: Tensor) -> None:
        super().__init__()
        for number, student in enumerate(students):
            if student.outputs != bias.numel():
                raise ValueError(
                    f"student {number} has {student.outputs} outputs, the bias {bias.numel()}"
                )
        self.embeddings = embeddings
        self.students = nn.ModuleList(students)
        self.bias = nn.Parameter(bias.detach().clone().float())

    @property
    def architecture(self) -> Architecture:
        """The shape that all students share."""
        return self.embeddings.architecture

    def member(self, number: int) -> Student:
        """Student `number` in boosting order."""
        student = self.students[number]
        assert isinstance(student, Student)  # noqa: S101 - narrows nn.ModuleList's element type
        return student

    def append(self, student: Student) -> None:
        """Adds the next student in boosting order."""
        if student.outputs != self.bias.numel():
            raise ValueError(
                f"{student.outputs} outputs do not fit {self.bias.numel()} of the bias"
            )
        self.students.append(student)

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        token_type_ids: Tensor | None = None,
        *,
        members: Sequence[int] | None = None,
        hidden: bool = False,
    ) -> EnsembleOutput:
        """Runs the given members (default: all) on padded rows [B,L].

        A mask [B,L] is for all of them; of a mask [m,B,L] each has its own.
        """
        embedded = self.embeddings(input_ids, token_type_ids)
        chosen = range(len(self.students)) if members is None else members
        masks = attention_mask.expand(len(chosen), *attention_mask.shape[-2:])
        outputs = [
            self.students[number](embedded, mask, hidden)
            for number, mask in zip(chosen, masks, strict=True)
        ]
        return EnsembleOutput(
            torch.stack([output.contribution for output in outputs]),
            tuple(output.hidden_states for output in outputs) if hidden else (),
        )

    def prefix_logits(self, contributions: Tensor) -> Tensor:
        """[M,B,D] contributions to [M,B,D] answers before activation; entry k-1 is prefix k."""
        return self.bias + contributions.cumsum(0)


def activate_answer(task: str, logits: Tensor) -> Tensor:
    """The answer's activation over the last dimension: softmax, none, or L2 normalisation."""
    if task == "classification":
        return logits.softmax(-1)
    if task == "embedding":
        return F.normalize(logits, dim=-1)
    return logits
