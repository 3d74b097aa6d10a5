"""Tokenised texts, and the order in which training sees them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Encoding, Tokenizer
from torch import Tensor

BATCH_TOKENS = 16_384
"""Padded tokens of a batch at most: bounds memory where texts are long."""

_CHARACTERS_AT_ONCE = 4_000_000
"""Texts handed to the tokenizer in one call: bounds its memory, which is many times the text's."""

_BATCHES_SORTED_TOGETHER = 50
"""Rows of so many batches are sorted by length: little padding, yet batches differ each epoch."""


@dataclass(frozen=True)
class Batch:
    """Padded rows: ids, mask and token types, int64 [B,L]."""

    input_ids: Tensor
    attention_mask: Tensor
    token_type_ids: Tensor

    def to(self, device: torch.device) -> "Batch":
        """The same rows on another device."""
        return Batch(
            self.input_ids.to(device),
            self.attention_mask.to(device),
            self.token_type_ids.to(device),
        )


@dataclass(frozen=True)
class Encoded:
    """Token ids and types of N rows, one after the other; row i is `starts[i]:starts[i+1]`."""

    ids: npt.NDArray[np.int32]
    types: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Tokens of each row, special tokens included."""
        return np.diff(self.starts)

    def digest(self) -> str:
        """SHA-256 of all rows."""
        parts = (self.ids.tobytes(), self.types.tobytes(), self.starts.tobytes())
        return hashlib.sha256(b"".join(parts)).hexdigest()

    def row(self, number: int) -> tuple[list[int], list[int]]:
        """Ids and token types of one row."""
        part = slice(self.starts[number], self.starts[number + 1])
        return self.ids[part].tolist(), self.types[part].tolist()

    def batch(self, rows: Sequence[int] | npt.NDArray[np.int64], pad_id: int = 0) -> Batch:
        """The given rows, padded to the longest of them."""
        lengths = self.lengths[rows]
        shape = (len(rows), int(lengths.max()))
        ids = np.full(shape, pad_id, np.int64)
        types = np.zeros(shape, np.int64)
        mask = (np.arange(shape[1])[None] < lengths[:, None]).astype(np.int64)
        for place, number in enumerate(rows):
            part = slice(self.starts[number], self.starts[number + 1])
            ids[place, : lengths[place]] = self.ids[part]
            types[place, : lengths[place]] = self.types[part]
        return Batch(torch.from_numpy(ids), torch.from_numpy(mask), torch.from_numpy(types))


def encode(tokenizer: Tokenizer, texts: Sequence[tuple[str, ...]]) -> Encoded:
    """Tokenises texts or pairs with a tokenizer that truncates and does not pad."""
    ids: list[npt.NDArray[np.int32]] = []
    types: list[npt.NDArray[np.uint8]] = []
    for chunk in _chunks(texts):
        for encoding in _encode_chunk(tokenizer, chunk):
            ids.append(np.array(encoding.ids, np.int32))
            types.append(np.array(encoding.type_ids, np.uint8))
    starts = np.concatenate([[0], np.cumsum([len(row) for row in ids])]).astype(np.int64)
    return Encoded(np.concatenate(ids), np.concatenate(types), starts)


def joined(parts: Sequence[Encoded]) -> Encoded:
    """The rows of several parts, in their order."""
    lengths = np.concatenate([part.lengths for part in parts])
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    ids = np.concatenate([part.ids for part in parts])
    return Encoded(ids, np.concatenate([part.types for part in parts]), starts)


def _chunks(texts: Sequence[tuple[str, ...]]) -> list[Sequence[tuple[str, ...]]]:
    chunks, start, characters = [], 0, 0
    for number, row in enumerate(texts):
        size = sum(map(len, row))
        if number > start and characters + size > _CHARACTERS_AT_ONCE:
            chunks.append(texts[start:number])
            start, characters = number, 0
        characters += size
    chunks.append(texts[start:])
    return chunks


def _encode_chunk(tokenizer: Tokenizer, texts: Sequence[tuple[str, ...]]) -> list[Encoding]:
    return tokenizer.encode_batch([row[0] if len(row) == 1 else (row[0], row[1]) for row in texts])


def epoch_batches(
    lengths: npt.NDArray[np.int64], rows: int, tokens: int, seed: Sequence[int]
) -> list[npt.NDArray[np.int64]]:
    """Row numbers of each batch of one epoch, a pure function of its arguments.

    At most `rows` rows and `tokens` padded tokens a batch (one row may be longer). Rows are
    shuffled, then sorted by length within groups, then the batches are shuffled.
    """
    generator = np.random.default_rng(list(seed))
    order = generator.permutation(len(lengths))
    group = rows * _BATCHES_SORTED_TOGETHER
    batches: list[npt.NDArray[np.int64]] = []
    for start in range(0, len(order), group):
        part = order[start : start + group]
        by_length = part[np.argsort(lengths[part], kind="stable")]
        batches.extend(bounded_batches(by_length, lengths, rows, tokens))
    return [batches[number] for number in generator.permutation(len(batches))]


def bounded_batches(
    order: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64], rows: int, tokens: int
) -> list[npt.NDArray[np.int64]]:
    """Cuts row numbers, sorted by length, into batches within both bounds."""
    batches, start = [], 0
    for end in range(1, len(order) + 1):
        size = end - start + 1
        full = end == len(order) or size > rows or size * lengths[order[end]] > tokens
        if full:
            batches.append(order[start:end])
            start = end
    return batches


def length_batches(
    lengths: npt.NDArray[np.int64], rows: int, tokens: int
) -> list[npt.NDArray[np.int64]]:
    """Batches over all rows in order of length, for inference."""
    return bounded_batches(np.argsort(lengths, kind="stable"), lengths, rows, tokens)
