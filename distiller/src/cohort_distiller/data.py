"""Labelled and unlabelled text files: TSV, CSV, JSONL, Parquet.

Columns: `text`, or `text_a` and `text_b`; `label` where labels are needed; others are ignored. TSV
and CSV have a header line. TSV knows no quoting: a tab ends a field, a line feed ends a row. All
files are UTF-8.
"""

import csv
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import InputError
from .files import sha256_file

MAX_CHARACTERS = 2_000_000
"""Longest text accepted. Texts are tokenised whole, then truncated; 10^6 characters take 1 s."""

MAX_ROWS = 20_000_000
"""Most rows of one file; everything is held in memory."""

MAX_LABELS = 65_536
"""Most classes; the package format's own bound."""

Record = tuple[int, dict[str, Any]]


@dataclass(frozen=True)
class Table:
    """Rows of one file: one or two texts each; `labels` is empty for unlabelled data."""

    path: Path
    sha256: str
    texts: list[tuple[str, ...]]
    labels: list[str]
    lines: list[int]

    @property
    def inputs(self) -> int:
        """Texts in each row: 1, or 2 for pairs."""
        return len(self.texts[0])

    def __len__(self) -> int:
        return len(self.texts)

    def describe(self) -> dict[str, Any]:
        """What provenance says about this file."""
        return {"file": self.path.name, "sha256": self.sha256, "rows": len(self)}

    def error(self, row: int, column: str, problem: str) -> InputError:
        """What is wrong with a value, with its file, line and column."""
        return InputError(f"{self.path}, line {self.lines[row]}, column '{column}': {problem}")


def read_table(path: Path, *, labelled: bool) -> Table:
    """Reads and checks a file; InputError names file, line, column and value of what is wrong."""
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    readers = {
        ".tsv": _read_tsv,
        ".csv": _read_csv,
        ".jsonl": _read_jsonl,
        ".parquet": _read_parquet,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise InputError(
            f"{path}: unknown extension '{path.suffix}'; allowed: {', '.join(sorted(readers))}"
        )
    texts: list[tuple[str, ...]] = []
    labels: list[str] = []
    lines: list[int] = []
    columns: tuple[str, ...] | None = None
    for line, record in reader(path):
        columns = columns or _text_columns(path, record)
        texts.append(tuple(_text(path, line, column, record) for column in columns))
        if labelled:
            labels.append(_label(path, line, record))
        lines.append(line)
        if len(lines) > MAX_ROWS:
            raise InputError(f"{path}: more than {MAX_ROWS} rows")
    if not texts:
        raise InputError(f"{path}: empty file: no rows")
    return Table(path, sha256_file(path), texts, labels, lines)


def label_names(table: Table) -> list[str]:
    """The classes of a training file: by number if all are integers, else by text."""
    names = set(table.labels)
    if len(names) < 2:
        raise InputError(
            f"{table.path}: column 'label': one class only ('{next(iter(names))}'); "
            "two or more are needed"
        )
    if len(names) > MAX_LABELS:
        raise InputError(
            f"{table.path}: column 'label': {len(names)} classes, at most {MAX_LABELS} are allowed"
        )
    if all(name.lstrip("-").isdecimal() for name in names):
        return sorted(names, key=lambda name: (int(name), name))
    return sorted(names)


def label_ids(table: Table, names: Sequence[str], *, known_as: str) -> list[int]:
    """The class number of each row; a label that `names`, those of `known_as`, lacks is refused."""
    numbers = {name: number for number, name in enumerate(names)}
    ids = []
    for row, label in enumerate(table.labels):
        number = numbers.get(label)
        if number is None:
            raise table.error(
                row,
                "label",
                f"'{_short(label)}' is not among the labels of {known_as}: {_list(names)}",
            )
        ids.append(number)
    return ids


def scores(table: Table) -> list[float]:
    """The numbers of a regression file; anything that is not a finite number is refused."""
    values = []
    for row, label in enumerate(table.labels):
        try:
            value = float(label)
        except ValueError:
            raise table.error(row, "label", f"'{_short(label)}' is not a number") from None
        if not math.isfinite(value) or abs(value) > 1e30:
            raise table.error(
                row, "label", f"'{_short(label)}' is not a finite number of at most 1e30"
            )
        values.append(value)
    return values


def _text_columns(path: Path, record: dict[str, Any]) -> tuple[str, ...]:
    has_text, has_a, has_b = ("text" in record, "text_a" in record, "text_b" in record)
    if has_text and not has_a and not has_b:
        return ("text",)
    if has_a and has_b and not has_text:
        return ("text_a", "text_b")
    raise InputError(
        f"{path}: needs a column 'text', or 'text_a' and 'text_b'; found: {_list(list(record))}"
    )


def _text(path: Path, line: int, column: str, record: dict[str, Any]) -> str:
    value = record.get(column)
    if not isinstance(value, str):
        raise InputError(
            f"{path}, line {line}, column '{column}': {_short(repr(value))} is not a text"
        )
    if len(value) > MAX_CHARACTERS:
        problem = f"{len(value)} characters, at most {MAX_CHARACTERS} are allowed"
        raise InputError(f"{path}, line {line}, column '{column}': {problem}")
    return value


def _label(path: Path, line: int, record: dict[str, Any]) -> str:
    if "label" not in record:
        raise InputError(
            f"{path}, line {line}: missing column 'label'; found: {_list(list(record))}"
        )
    value = record["label"]
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise InputError(
            f"{path}, line {line}, column 'label': {_short(repr(value))} is neither text nor number"
        )
    label = str(value)
    if not label or len(label) > 1024:
        raise InputError(
            f"{path}, line {line}, column 'label': '{_short(label)}' must have 1..1024 characters"
        )
    return label


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines without their line feed, decoded one by one so that an error can name its line."""
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            try:
                line = raw.decode("utf-8")
            except UnicodeDecodeError as error:
                raise InputError(
                    f"{path}, line {number}: not UTF-8: {error.reason} at byte {error.start}"
                ) from error
            if number == 1:
                line = line.removeprefix("\ufeff")
            yield number, line.removesuffix("\n").removesuffix("\r")


def _read_tsv(path: Path) -> Iterator[Record]:
    lines = _lines(path)
    header = next(lines, (1, ""))[1].split("\t")
    _check_header(path, header)
    for number, line in lines:
        if line:
            yield number, _fields(path, number, header, line.split("\t"))


def _read_csv(path: Path) -> Iterator[Record]:
    csv.field_size_limit(MAX_CHARACTERS * 4)
    rows = csv.reader((line + "\n" for _, line in _lines(path)), strict=True)
    try:
        header = next(rows, [""])
        _check_header(path, header)
        start = rows.line_num + 1
        for row in rows:
            if row:
                yield start, _fields(path, start, header, row)
            start = rows.line_num + 1
    except csv.Error as error:
        raise InputError(f"{path}, line {rows.line_num}: {error}") from error


def _check_header(path: Path, header: list[str]) -> None:
    if header == [""]:
        raise InputError(f"{path}: empty file: no header")
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise InputError(f"{path}, line 1: column '{repeated[0]}' appears more than once")


def _fields(path: Path, number: int, header: list[str], fields: list[str]) -> dict[str, Any]:
    if len(fields) != len(header):
        raise InputError(
            f"{path}, line {number}: {len(fields)} fields, the header has {len(header)}"
        )
    return dict(zip(header, fields, strict=True))


def _read_jsonl(path: Path) -> Iterator[Record]:
    for number, line in _lines(path):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            raise InputError(f"{path}, line {number}: not JSON: {error}") from error
        if not isinstance(record, dict):
            raise InputError(f"{path}, line {number}: {_short(line)} is not a JSON object")
        yield number, record


def _read_parquet(path: Path) -> Iterator[Record]:
    """Parquet has no lines; rows are counted from 1."""
    import pyarrow
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(path)
        wanted = [
            name
            for name in file.schema_arrow.names
            if name in ("text", "text_a", "text_b", "label")
        ]
        number = 0
        for batch in file.iter_batches(batch_size=4096, columns=wanted):
            for record in batch.to_pylist():
                number += 1
                yield number, record
    except (pyarrow.ArrowException, OSError) as error:
        raise InputError(f"{path}: not a readable Parquet file: {error}") from error


def _short(value: str, length: int = 60) -> str:
    return value if len(value) <= length else value[:length] + "..."


def _list(names: Sequence[str], most: int = 8) -> str:
    shown = ", ".join(f"'{_short(name)}'" for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
