"""One member of the ensemble: a few transformer layers and a head of its own.

The layer is the post-norm transformer layer that BERT, DistilBERT, RoBERTa and ELECTRA share
(Devlin et al. 2018). All shapes are of padded batches: B rows, L longest row, H hidden, D columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .architecture import Architecture, HeadActivation, Pooling
from .errors import InputError
from .families import EncoderWeights


@dataclass(frozen=True)
class StudentOutput:
    """What a student says about a batch.

    `contribution` is [B,D] without bias. `hidden_states` holds the output of each layer, [B,L,H],
    when it was asked for, else nothing.
    """

    contribution: Tensor
    hidden_states: tuple[Tensor, ...] = ()


class Attention(nn.Module):
    """Multi-head attention with residual and norm; keys and values come from all tokens."""

    def __init__(self, shape: Architecture, dropout: float) -> None:
        super().__init__()
        self.heads = shape.heads
        self.query = nn.Linear(shape.hidden, shape.hidden)
        self.key = nn.Linear(shape.hidden, shape.hidden)
        self.value = nn.Linear(shape.hidden, shape.hidden)
        self.output = nn.Linear(shape.hidden, shape.hidden)
        self.norm = nn.LayerNorm(shape.hidden, eps=shape.layer_norm_eps)
        self.dropout = nn.Dropout(dropout)

    def forward(self, asking: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
        """`asking` [B,Q,H] are the tokens to compute, out of `tokens` [B,L,H]; mask [B,L]."""
        mixed = F.scaled_dot_product_attention(
            self._split(self.query(asking)),
            self._split(self.key(tokens)),
            self._split(self.value(tokens)),
            attn_mask=mask[:, None, None, :],
            dropout_p=self.dropout.p if self.training else 0.0,
        )
        joined = mixed.transpose(1, 2).reshape(asking.shape)
        normed: Tensor = self.norm(asking + self.dropout(self.output(joined)))
        return normed

    def _split(self, x: Tensor) -> Tensor:
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)


class FeedForward(nn.Module):
    """Two linear maps with an activation between, residual and norm."""

    def __init__(self, shape: Architecture, dropout: float) -> None:
        super().__init__()
        self.activation = shape.activation
        self.inner = nn.Linear(shape.hidden, shape.intermediate)
        self.outer = nn.Linear(shape.intermediate, shape.hidden)
        self.norm = nn.LayerNorm(shape.hidden, eps=shape.layer_norm_eps)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """[B,Q,H] to [B,Q,H]."""
        inner = activate(self.activation, self.inner(x))
        normed: Tensor = self.norm(x + self.dropout(self.outer(inner)))
        return normed


class Layer(nn.Module):
    """One transformer layer."""

    def __init__(self, shape: Architecture, dropout: float = 0.0) -> None:
        super().__init__()
        self.attention = Attention(shape, dropout)
        self.feed_forward = FeedForward(shape, dropout)

    def forward(self, asking: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
        """Output for the tokens `asking` [B,Q,H], which attend to `tokens` [B,L,H]."""
        output: Tensor = self.feed_forward(self.attention(asking, tokens, mask))
        return output


class Head(nn.Module):
    """From a pooled row [B,H] to a contribution [B,D].

    Students have the linear map `output` alone. `dense` with its activation comes before it only
    where a whole teacher is exported with its own pooler; without `output` the row passes as is.
    """

    def __init__(
        self, hidden: int, outputs: int | None, dense_activation: HeadActivation | None = None
    ) -> None:
        super().__init__()
        self.dense_activation = dense_activation
        self.dense = nn.Linear(hidden, hidden) if dense_activation else None
        self.output = nn.Linear(hidden, outputs, bias=False) if outputs else None

    def forward(self, row: Tensor) -> Tensor:
        """[B,H] to [B,D]."""
        if self.dense is not None and self.dense_activation is not None:
            row = activate(self.dense_activation, self.dense(row))
        return row if self.output is None else self.output(row)


class Student(nn.Module):
    """Transformer layers over the shared embeddings, and a linear head without bias.

    Only the first token of the last layer is computed unless all hidden states are asked for or
    the pooling is `mean`; the contribution is the same either way.
    """

    def __init__(
        self,
        architecture: Architecture,
        layers: int,
        outputs: int | None,
        *,
        pooling: Pooling = "cls",
        dense_activation: HeadActivation | None = None,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if layers < 1:
            raise InputError(f"a student needs at least one layer, not {layers}")
        self.architecture = architecture
        self.pooling = pooling
        self.layers = nn.ModuleList(Layer(architecture, dropout) for _ in range(layers))
        self.head = Head(architecture.hidden, outputs, dense_activation)

    @staticmethod
    def of_encoder(
        encoder: EncoderWeights,
        layers: Sequence[int],
        outputs: int,
        *,
        architecture: Architecture | None = None,
        head_std: float = 0.0,
        generator: torch.Generator | None = None,
        dropout: float = 0.0,
    ) -> "Student":
        """A student whose layers start as copies of the given layers of an encoder.

        `architecture` is that of the ensemble, when the encoder is another model than the teacher;
        the two must agree in everything a layer depends on. The head starts as zeros, or as a
        normal distribution with standard deviation `head_std`.
        """
        shape = architecture or encoder.architecture
        mismatches = shape.mismatches(encoder.architecture)
        if mismatches:
            raise InputError(f"the encoder's layers do not fit: {'; '.join(mismatches)}")
        student = Student(shape, len(layers), outputs, dropout=dropout)
        for target, number in zip(student.layers, layers, strict=True):
            target.load_state_dict(encoder.layer(number))
        student.reset_head(head_std, generator)
        return student

    def reset_head(self, std: float = 0.0, generator: torch.Generator | None = None) -> None:
        """Sets the linear head to zeros, or to a normal distribution around zero."""
        if self.head.output is None:
            raise ValueError("this student has no linear head")
        weight = self.head.output.weight
        with torch.no_grad():
            weight.copy_(torch.randn(weight.shape, generator=generator) * std)

    @property
    def outputs(self) -> int:
        """Columns of the contribution."""
        return (
            self.architecture.hidden if self.head.output is None else self.head.output.out_features
        )

    def forward(
        self, embedded: Tensor, attention_mask: Tensor, hidden: bool = False
    ) -> StudentOutput:
        """`embedded` [B,L,H] of the shared embeddings, `attention_mask` [B,L] (1 = token)."""
        mask = attention_mask.bool()
        states = []
        x = embedded
        for number, layer in enumerate(self.layers):
            last = number == len(self.layers) - 1
            x = layer(x[:, :1] if last and self._first_token_only(hidden) else x, x, mask)
            states.append(x)
        return StudentOutput(self.head(self._pool(x, mask)), tuple(states) if hidden else ())

    def _first_token_only(self, hidden: bool) -> bool:
        return self.pooling == "cls" and not hidden

    def _pool(self, x: Tensor, mask: Tensor) -> Tensor:
        if self.pooling == "cls":
            return x[:, 0]
        weight = mask.unsqueeze(-1).to(x.dtype)
        return (x * weight).sum(1) / weight.sum(1)


def activate(name: str, x: Tensor) -> Tensor:
    """Applies one of the activations of `architecture`."""
    if name == "tanh":
        return torch.tanh(x)
    if name == "relu":
        return F.relu(x)
    return F.gelu(x, approximate="tanh" if name == "gelu_tanh" else "none")
