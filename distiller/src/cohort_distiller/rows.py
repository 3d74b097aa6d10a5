"""From texts to token rows, and from rows to the packed inputs of a graph."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from .errors import InputError

Truncation = Literal["longest_first", "only_first", "only_second"]
Text = str | Sequence[str]

#: Bounds the memory of the tokenizer's results, which are many times larger than the ids.
_TEXTS_AT_ONCE = 512


@dataclass(frozen=True)
class Row:
    """Token ids of one row with special tokens, and the segment (0 or 1) of each."""

    ids: tuple[int, ...]
    type_ids: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.ids)


class RowEncoder:
    """Turns texts, or pairs of texts, into rows as the teacher had them. Not thread-safe.

    `token_types` is that of the manifest; below 2 all segments are 0.
    """

    def __init__(
        self,
        tokenizer_json: bytes,
        *,
        inputs: int,
        max_tokens: int,
        token_types: int,
        truncation: Truncation = "longest_first",
    ) -> None:
        self._tokenizer = Tokenizer.from_str(tokenizer_json.decode("utf-8"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens, strategy=truncation)
        self._inputs = inputs
        self._token_types = token_types

    @staticmethod
    def of_package(folder: Path, manifest: Mapping[str, Any]) -> "RowEncoder":
        """The tokenizer of a package, with its manifest's truncation."""
        tokenizer = manifest["tokenizer"]
        return RowEncoder(
            (folder / tokenizer["path"]).read_bytes(),
            inputs=tokenizer["inputs"],
            max_tokens=tokenizer["max_tokens"],
            token_types=manifest["dimensions"]["token_types"],
            truncation=tokenizer["truncation"],
        )

    def encode(self, texts: Sequence[Text]) -> list[Row]:
        """One row for each text, in order. With `inputs` 2 each text is a pair."""
        parts = [self._parts(number, text) for number, text in enumerate(texts)]
        rows: list[Row] = []
        for start in range(0, len(parts), _TEXTS_AT_ONCE):
            chunk = parts[start : start + _TEXTS_AT_ONCE]
            try:
                encodings = self._tokenizer.encode_batch(chunk)
            except Exception as error:  # the tokenizer raises plain exceptions
                raise self._refusal(parts, start, error) from error
            rows += [self._row(encoding.ids, encoding.type_ids) for encoding in encodings]
        return rows

    def _refusal(
        self, parts: Sequence[str | tuple[str, str]], start: int, error: Exception
    ) -> InputError:
        """Names the first row from `start` on that cannot be tokenised on its own."""
        for number in range(start, len(parts)):
            try:
                self._tokenizer.encode_batch([parts[number]])
            except Exception as own:
                return InputError(f"row {number} cannot be tokenised: {own}")
        return InputError(f"the rows cannot be tokenised: {error}")

    def _parts(self, number: int, text: Text) -> str | tuple[str, str]:
        parts = (text,) if isinstance(text, str) else tuple(text)
        if len(parts) != self._inputs:
            raise InputError(
                f"row {number} has {len(parts)} texts, but the package takes {self._inputs}"
            )
        return parts[0] if len(parts) == 1 else (parts[0], parts[1])

    def _row(self, ids: list[int], type_ids: list[int]) -> Row:
        return Row(tuple(ids), tuple(type_ids) if self._token_types > 1 else (0,) * len(ids))


def pack(rows: Sequence[Row], position_offset: int) -> dict[str, NDArray[np.int32]]:
    """The six inputs of a graph for a batch, as docs/reference/package-format.md defines them."""
    lengths = np.array([len(row) for row in rows], np.int32)
    if not len(rows) or lengths.min() < 1:
        raise ValueError("a batch needs rows, and a row tokens")
    tokens = int(lengths.sum())
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int32)
    place = np.arange(tokens, dtype=np.int32) - np.repeat(starts, lengths)
    row = np.repeat(np.arange(len(rows), dtype=np.int32), lengths)
    rectangle = np.full((len(rows), int(lengths.max())), tokens, np.int32)
    rectangle[row, place] = np.arange(tokens, dtype=np.int32)
    return {
        "input_ids": np.concatenate([row.ids for row in rows]).astype(np.int32),
        "token_type_ids": np.concatenate([row.type_ids for row in rows]).astype(np.int32),
        "position_ids": place + np.int32(position_offset),
        "pad_index": rectangle,
        "unpad_index": row * np.int32(rectangle.shape[1]) + place,
        "row_starts": starts,
    }


def length_batches(
    lengths: Sequence[int], max_tokens: int = 4096, max_rows: int = 64
) -> list[list[int]]:
    """Cuts rows into batches of similar length; each batch is a list of row numbers.

    A batch holds at most `max_rows` rows and, padded, `max_tokens` tokens (one longer row may
    stand alone). Deterministic: rows of one length stay in order.
    """
    batches: list[list[int]] = []
    for number in sorted(range(len(lengths)), key=lambda number: (lengths[number], number)):
        batch = batches[-1] if batches else None
        if (
            batch is None
            or len(batch) == max_rows
            or (len(batch) + 1) * lengths[number] > max_tokens
        ):
            batches.append([number])
        else:
            batch.append(number)
    return batches


def pad(rows: Sequence[Row]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Rows as padded [B,L] arrays for PyTorch: ids, mask (1 = token), token types."""
    longest = max(len(row) for row in rows)
    ids = np.zeros((len(rows), longest), np.int64)
    mask, types = np.zeros_like(ids), np.zeros_like(ids)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = row.ids
        mask[number, : len(row)] = 1
        types[number, : len(row)] = row.type_ids
    return ids, mask, types
