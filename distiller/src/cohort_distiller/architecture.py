"""The shape of an encoder: everything besides its weights that decides what it computes.

BERT, DistilBERT, RoBERTa and ELECTRA share one post-norm transformer layer. They differ in the
embeddings (token types, position offset, projection), in names, and in the task head. After
`families` has read a checkpoint, only the facts below are left of the family.
"""

from dataclasses import dataclass
from typing import Literal

from .errors import InputError

Activation = Literal["gelu", "gelu_tanh", "relu"]
HeadActivation = Literal["tanh", "gelu", "relu"]
Pooling = Literal["cls", "mean"]
Task = Literal["classification", "regression", "embedding"]

#: Names that HuggingFace configurations use, and the activation that the graph expresses.
ACTIVATIONS: dict[str, Activation] = {
    "gelu": "gelu",
    "gelu_python": "gelu",
    "gelu_new": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
    "relu": "relu",
}


@dataclass(frozen=True)
class Architecture:
    """Shape of an encoder.

    `positions` counts the rows of the position table, `position_offset` included. `token_types` is
    0 where the family has none; a table of one row (RoBERTa) is folded into the position table, so
    it counts as none too. `embedding` is the width of the tables; it differs from `hidden` only for
    ELECTRA, which projects.
    """

    hidden: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    token_types: int
    embedding: int
    position_offset: int
    layer_norm_eps: float
    activation: Activation

    def __post_init__(self) -> None:
        if self.hidden % self.heads:
            raise InputError(
                f"hidden size {self.hidden} is not a multiple of {self.heads} attention heads"
            )
        if self.activation not in ("gelu", "gelu_tanh", "relu"):
            raise InputError(f"activation {self.activation!r} is not one of gelu, gelu_tanh, relu")

    @property
    def max_tokens(self) -> int:
        """Longest row that the position table allows."""
        return self.positions - self.position_offset

    def mismatches(self, other: "Architecture") -> list[str]:
        """What hinders a layer of `other` from working in an encoder of this shape."""
        facts = ("hidden", "heads", "intermediate", "vocabulary", "layer_norm_eps", "activation")
        return [
            f"{fact} {getattr(other, fact)} instead of {getattr(self, fact)}"
            for fact in facts
            if getattr(self, fact) != getattr(other, fact)
        ]
