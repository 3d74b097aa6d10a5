"""Sentences of longer texts: more unlabelled rows, as short as those of a task."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .data import read_table
from .errors import InputError
from .files import atomic_file

#: Where a text is cut: line breaks, also those of HTML, and spaces behind the end of a sentence.
#: What an abbreviation cuts in two is no harm to a text that a teacher labels.
_CUTS = re.compile(r"(?:<br\s*/?>|[\r\n])+|(?<=[.!?])\s+|(?<=[.!?][\"')\]])\s+", re.I)


@dataclass(frozen=True)
class SentenceOptions:
    """`without`: files whose texts, in any case, are left out, such as those that are measured."""

    files: Sequence[Path]
    out: Path
    without: Sequence[Path] = ()
    min_words: int = 3
    max_words: int = 40


def write_sentences(options: SentenceOptions) -> int:
    """Writes each sentence once, in the order of the files, as TSV; returns their number."""
    if not 1 <= options.min_words <= options.max_words:
        raise InputError(
            f"--min-words {options.min_words}, --max-words {options.max_words}: "
            "the first must be at least 1 and at most the second"
        )
    if options.out.suffix != ".tsv":
        raise InputError(f"--out {options.out}: must end in .tsv")
    seen = {" ".join(text.split()).lower() for text in _texts(options.without)}
    found = []
    for text in _texts(options.files):
        for sentence in sentences(text):
            key = sentence.lower()
            if key not in seen and options.min_words <= len(sentence.split()) <= options.max_words:
                seen.add(key)
                found.append(sentence)
    if not found:
        raise InputError(
            f"no new sentence of {options.min_words} to {options.max_words} words in "
            + ", ".join(str(file) for file in options.files)
        )
    with atomic_file(options.out) as file:
        file.write_text("\n".join(["text", *found]) + "\n", "utf-8")
    return len(found)


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text, with single spaces between words; empty ones are left out."""
    for part in _CUTS.split(text):
        if words := part.split():
            yield " ".join(words)


def _texts(files: Sequence[Path]) -> Iterator[str]:
    """Each text of each file; those of a pair one after the other."""
    for file in files:
        for row in read_table(file, labelled=False).texts:
            yield from row
