"""Makes the test packages of the Java modules: random weights, real format.

    python packages/src/test/python/make_tiny_package.py

writes into packages/src/test/resources, each with what PyTorch computes beside its files:

- `tiny-package` (fp32) and `tiny-package-int8`: classification of single texts, with `reference.jsonl` (token
  rows of many lengths) and, the first, `texts.jsonl` (1,000 texts);
- `tiny-pair`, `tiny-regression`, `tiny-embedding`, `tiny-roberta`: one of each other kind, with
  `reference.jsonl` (texts and their token rows).

Needs the distiller's Python environment. The same versions write the same bytes.
"""

import json
import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from cohort_distiller.architecture import Architecture, Pooling, Task
from cohort_distiller.embeddings import Embeddings
from cohort_distiller.ensemble import Ensemble
from cohort_distiller.package import PackageFacts, load_package, write_package
from cohort_distiller.quantise import Weights
from cohort_distiller.reference import reference_logits
from cohort_distiller.rows import Row
from cohort_distiller.student import Student
from tokenizers import Tokenizer
from tokenizers.models import BPE, WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer, ByteLevel
from tokenizers.processors import RobertaProcessing, TemplateProcessing

RESOURCES = Path(__file__).resolve().parents[1] / "resources"
STUDENTS = 3
LABELS = ["money", "music", "travel", "time", "other"]
LENGTHS = [1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 17, 31, 33, 40, 64, 100, 128, 200, 256, 333, 511, 512]
WORDS = (
    "a bank card balance transfer money please what is my the to from of new lost stolen how much "
    "do i have in account play music weather today tomorrow book flight hotel set alarm timer"
).split()


@dataclass(frozen=True)
class Kind:
    """What differs between the packages of `write_kind`; `outputs` without labels."""

    name: str
    task: Task
    metric: str
    weights: Weights
    labels: Sequence[str] = ()
    outputs: int = 1
    inputs: int = 1
    students: int = 2
    pooling: Pooling = "cls"
    roberta: bool = False


KINDS = [
    Kind("tiny-pair", "classification", "accuracy", "int8", ["no", "maybe", "yes"], inputs=2),
    Kind("tiny-regression", "regression", "pearson", "fp32", students=3),
    Kind("tiny-embedding", "embedding", "cosine", "fp16", outputs=24, pooling="mean"),
    Kind("tiny-roberta", "classification", "accuracy", "fp32", ["negative", "positive"], roberta=True),
]
KIND_MAX_TOKENS = 64
KIND_ROWS = 21


def tokenizer() -> tuple[bytes, int]:
    """A WordPiece tokenizer with a few words and all letters, and its vocabulary size."""
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokens = [*specials, *WORDS, *letters, *(f"##{x}" for x in letters), ".", "?", ","]
    vocabulary = {token: number for number, token in enumerate(dict.fromkeys(tokens))}
    made = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    made.normalizer = BertNormalizer(lowercase=True)
    made.pre_tokenizer = BertPreTokenizer()
    made.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])],
    )
    return made.to_str().encode("utf-8"), len(vocabulary)


def byte_pairs() -> tuple[bytes, int]:
    """A byte-level tokenizer of RoBERTa's kind whose merges build a few words, and its size."""
    specials = ["<s>", "<pad>", "</s>", "<unk>"]
    vocabulary = {token: number for number, token in enumerate([*specials, *sorted(ByteLevel.alphabet())])}
    merges = []
    for word in WORDS:
        built = "Ġ"
        for letter in word:
            if built + letter not in vocabulary:
                vocabulary[built + letter] = len(vocabulary)
                merges.append((built, letter))
            built += letter
    made = Tokenizer(BPE(vocabulary, merges))
    made.add_special_tokens(specials)
    made.pre_tokenizer = ByteLevel(add_prefix_space=False)
    ends = [(token, vocabulary[token]) for token in ("</s>", "<s>")]
    made.post_processor = RobertaProcessing(*ends, add_prefix_space=False)
    return made.to_str().encode("utf-8"), len(vocabulary)


def architecture(vocabulary: int) -> Architecture:
    """BERT's, small."""
    return Architecture(
        hidden=32,
        heads=4,
        intermediate=64,
        vocabulary=vocabulary,
        positions=512,
        token_types=2,
        embedding=32,
        position_offset=0,
        layer_norm_eps=1e-12,
        activation="gelu",
    )


def ensemble(
    shape: Architecture, outputs: int = len(LABELS), members: int = STUDENTS, pooling: Pooling = "cls"
) -> Ensemble:
    """Students of two layers whose weights are large enough that every part matters."""
    torch.manual_seed(11)
    students = [Student(shape, 2, outputs, pooling=pooling) for _ in range(members)]
    made = Ensemble(Embeddings(shape), students, torch.linspace(-1, 1, outputs))
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(torch.randn(parameter.shape) * (0.05 if parameter.dim() == 1 else 0.15))
    return made.eval()


def quality(_: object = None, metric: str = "accuracy", members: int = STUDENTS) -> dict[str, Any]:
    """Invented figures: the weights are random, nothing can be measured on them."""
    split = {
        "rows": 100,
        "teacher": 0.95,
        "teacher_interval": [0.9, 0.98],
        "prefixes": [0.8, 0.9, 0.93][:members],
        "prefix_intervals": [[0.7, 0.9], [0.8, 0.95], [0.85, 0.97]][:members],
    }
    return {"metric": metric, "dev": split}


def rows(vocabulary: int) -> list[Row]:
    """Random tokens of many lengths, the second half of each row with token type 1."""
    generator = torch.Generator().manual_seed(5)
    made = []
    for length in LENGTHS:
        ids = torch.randint(5, vocabulary, (length,), generator=generator).tolist()
        made.append(Row(tuple(ids), tuple(int(place >= (length + 1) // 2) for place in range(length))))
    return made


def texts() -> list[str]:
    """1,000 texts of 0 to 40 known and unknown words, with capitals, accents and punctuation."""
    generator = random.Random(8)
    words = [*WORDS, "What", "BANK", "café", "naïve", "don't", "x", "42", "?", ".", "银行", "qzx"]
    return [" ".join(generator.choices(words, k=generator.randrange(41))) for _ in range(1_000)]


def write_texts(out: Path) -> None:
    """The logits of all students for each text."""
    package = load_package(out)
    lines = texts()
    encoded = package.runtime().encode([[line] for line in lines])
    logits = reference_logits(package.ensemble, encoded)[:, -1].tolist()
    with (out / "texts.jsonl").open("w", encoding="utf-8") as file:
        for line, row in zip(lines, logits, strict=True):
            answer = {"text": line, "logits": [round(x, 5) for x in row]}
            file.write(json.dumps(answer, ensure_ascii=False) + "\n")


def kind_texts(inputs: int) -> list[list[str]]:
    """Some of `texts`, empty ones and ones that must be cut among them, `inputs` to a row."""
    lines = ["", "?", "my " * 100, *texts()]
    return [lines[start::KIND_ROWS][:inputs] for start in range(KIND_ROWS)]


def kind_architecture(kind: Kind, vocabulary: int) -> Architecture:
    """The encoder's shape; RoBERTa's positions begin at 2, and it has no token types."""
    shape = replace(architecture(vocabulary), positions=KIND_MAX_TOKENS)
    if not kind.roberta:
        return shape
    return replace(
        shape, positions=KIND_MAX_TOKENS + 2, position_offset=2, token_types=0, layer_norm_eps=1e-5
    )


def write_kind(kind: Kind) -> None:
    """One package, and the logits of all its prefixes for some texts."""
    out = RESOURCES / kind.name
    file, vocabulary = byte_pairs() if kind.roberta else tokenizer()
    facts = PackageFacts(
        name=kind.name,
        task=kind.task,
        tokenizer_json=file,
        max_tokens=KIND_MAX_TOKENS,
        labels=kind.labels,
        inputs=kind.inputs,
        provenance={"note": "random weights and invented quality, for tests"},
    )
    shape = kind_architecture(kind, vocabulary)
    made = ensemble(shape, len(kind.labels) or kind.outputs, kind.students, kind.pooling)
    figures = quality(None, kind.metric, kind.students)
    shutil.rmtree(out, ignore_errors=True)
    write_package(
        out, made, facts, lambda _: figures, weights=kind.weights, int8_quality=lambda _: figures
    )
    package = load_package(out)
    written = kind_texts(kind.inputs)
    encoded = package.runtime().encode(written)
    logits = reference_logits(package.ensemble, encoded)
    with (out / "reference.jsonl").open("w", encoding="utf-8") as lines:
        for text, row, prefixes in zip(written, encoded, logits.tolist(), strict=True):
            lines.write(
                json.dumps(reference_line(row, prefixes) | {"texts": text}, ensure_ascii=False) + "\n"
            )


def reference_line(row: Row, prefixes: list[list[float]]) -> dict[str, Any]:
    """A token row and the logits of each prefix."""
    return {
        "input_ids": list(row.ids),
        "token_type_ids": list(row.type_ids),
        "prefix_logits": [[round(x, 6) for x in prefix] for prefix in prefixes],
    }


def write(weights: Weights) -> None:
    """One package and its reference."""
    name = "tiny-package" if weights == "fp32" else f"tiny-package-{weights}"
    out = RESOURCES / name
    file, vocabulary = tokenizer()
    facts = PackageFacts(
        name=name,
        task="classification",
        tokenizer_json=file,
        max_tokens=512,
        labels=LABELS,
        provenance={"note": "random weights and invented quality, for tests"},
    )
    shutil.rmtree(out, ignore_errors=True)
    write_package(
        out,
        ensemble(architecture(vocabulary)),
        facts,
        quality,
        weights=weights,
        int8_quality=quality,
    )
    token_rows = rows(vocabulary)
    logits = reference_logits(load_package(out).ensemble, token_rows)
    with (out / "reference.jsonl").open("w", encoding="utf-8") as lines:
        for row, prefixes in zip(token_rows, logits.tolist(), strict=True):
            lines.write(json.dumps(reference_line(row, prefixes)) + "\n")


if __name__ == "__main__":
    write("fp32")
    write("int8")
    write_texts(RESOURCES / "tiny-package")
    for each in KINDS:
        write_kind(each)
