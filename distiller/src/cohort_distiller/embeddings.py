"""The one embedding table that all students of an ensemble share."""

import torch
from torch import Tensor, nn

from .architecture import Architecture
from .families import EncoderWeights


class Embeddings(nn.Module):
    """Token, position and token type tables, norm, and ELECTRA's projection.

    `forward(input_ids [B,L], token_type_ids [B,L]) -> [B,L,H]`. Positions count from the family's
    offset at the start of each row; rows are padded at their end. Frozen by default: students
    share it, so training it for one would change the others.
    """

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        shape = architecture
        self.architecture = shape
        self.word = nn.Embedding(shape.vocabulary, shape.embedding)
        self.position = nn.Embedding(shape.positions, shape.embedding)
        self.token_type = (
            nn.Embedding(shape.token_types, shape.embedding) if shape.token_types else None
        )
        self.norm = nn.LayerNorm(shape.embedding, eps=shape.layer_norm_eps)
        self.projection = (
            nn.Linear(shape.embedding, shape.hidden) if shape.embedding != shape.hidden else None
        )
        self.requires_grad_(False)

    @staticmethod
    def of_encoder(encoder: EncoderWeights) -> "Embeddings":
        """A copy of an encoder's embeddings."""
        embeddings = Embeddings(encoder.architecture)
        embeddings.load_state_dict(encoder.embeddings())
        return embeddings

    def forward(self, input_ids: Tensor, token_type_ids: Tensor | None = None) -> Tensor:
        """Embeds padded rows: [B,L] ids to [B,L,H]."""
        offset = self.architecture.position_offset
        positions = torch.arange(offset, offset + input_ids.shape[1], device=input_ids.device)
        embedded = self.word(input_ids) + self.position(positions)
        if self.token_type is not None:
            types = torch.zeros_like(input_ids) if token_type_ids is None else token_type_ids
            embedded = embedded + self.token_type(types)
        normed: Tensor = self.norm(embedded)
        return normed if self.projection is None else self.projection(normed)
