"""Makes the test packages of the Java modules: random weights, real format.

    python packages/src/test/python/make_tiny_package.py

writes `tiny-package` (fp32) and `tiny-package-int8` into packages/src/test/resources, each with
`reference.jsonl` (token rows of many lengths) and `texts.jsonl` (1,000 texts) beside its files: what PyTorch
computes from them. Needs the distiller's Python environment. The same versions write the same bytes.
"""

import json
import random
import shutil
from pathlib import Path

import torch
from cohort_distiller.architecture import Architecture
from cohort_distiller.embeddings import Embeddings
from cohort_distiller.ensemble import Ensemble
from cohort_distiller.package import PackageFacts, load_package, write_package
from cohort_distiller.reference import reference_logits
from cohort_distiller.rows import Row
from cohort_distiller.student import Student
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

RESOURCES = Path(__file__).resolve().parents[1] / "resources"
STUDENTS = 3
LABELS = ["money", "music", "travel", "time", "other"]
LENGTHS = [1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 17, 31, 33, 40, 64, 100, 128, 200, 256, 333, 511, 512]
WORDS = (
    "a bank card balance transfer money please what is my the to from of new lost stolen how much "
    "do i have in account play music weather today tomorrow book flight hotel set alarm timer"
).split()


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


def ensemble(vocabulary: int) -> Ensemble:
    """Three students of two layers whose weights are large enough that every part matters."""
    torch.manual_seed(11)
    shape = Architecture(
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
    students = [Student(shape, 2, len(LABELS)) for _ in range(STUDENTS)]
    made = Ensemble(Embeddings(shape), students, torch.linspace(-1, 1, len(LABELS)))
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(torch.randn(parameter.shape) * (0.05 if parameter.dim() == 1 else 0.15))
    return made.eval()


def quality(_: object) -> dict[str, object]:
    """Invented figures: the weights are random, nothing can be measured on them."""
    split = {
        "rows": 100,
        "teacher": 0.95,
        "teacher_interval": [0.9, 0.98],
        "prefixes": [0.8, 0.9, 0.93],
        "prefix_intervals": [[0.7, 0.9], [0.8, 0.95], [0.85, 0.97]],
    }
    return {"metric": "accuracy", "dev": split}


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


def write(weights: str) -> None:
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
    write_package(out, ensemble(vocabulary), facts, quality, weights=weights)
    token_rows = rows(vocabulary)
    logits = reference_logits(load_package(out).ensemble, token_rows)
    with (out / "reference.jsonl").open("w", encoding="utf-8") as lines:
        for row, prefixes in zip(token_rows, logits.tolist(), strict=True):
            line = {
                "input_ids": list(row.ids),
                "token_type_ids": list(row.type_ids),
                "prefix_logits": [[round(x, 6) for x in prefix] for prefix in prefixes],
            }
            lines.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    write("fp32")
    write("int8")
    write_texts(RESOURCES / "tiny-package")
