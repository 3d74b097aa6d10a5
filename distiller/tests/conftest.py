"""Small random teachers of every family, written as HuggingFace folders."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    ElectraConfig,
    ElectraForSequenceClassification,
    RobertaConfig,
    RobertaForSequenceClassification,
)

WORDS = (
    "a bank card balance transfer money please what is my the to from of new lost stolen "
    "play music weather today tomorrow book flight hotel set alarm timer call mother"
).split()

ROBERTA_SPECIALS = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
BERT_SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def write_tokenizer(directory: Path, roberta: bool) -> int:
    """Writes tokenizer.json with the family's template; returns the vocabulary size."""
    specials = ROBERTA_SPECIALS if roberta else BERT_SPECIALS
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    tokens = [*specials, *WORDS, *letters, *(f"##{letter}" for letter in letters), ".", "?", ","]
    vocabulary = {token: number for number, token in enumerate(dict.fromkeys(tokens))}
    cls, sep, unk = ("<s>", "</s>", "<unk>") if roberta else ("[CLS]", "[SEP]", "[UNK]")
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token=unk))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    middle = [sep] if roberta else []
    second = 0 if roberta else 1
    pair = [f"{cls}:0", "$A:0", f"{sep}:0", *middle, f"$B:{second}", f"{sep}:{second}"]
    tokenizer.post_processor = TemplateProcessing(
        single=f"{cls} $A {sep}",
        pair=" ".join(pair),
        special_tokens=[(cls, vocabulary[cls]), (sep, vocabulary[sep])],
    )
    tokenizer.enable_truncation(16)
    tokenizer.enable_padding(length=16)
    tokenizer.save(str(directory / "tokenizer.json"))
    (directory / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 512}))
    return len(vocabulary)


def _bert(vocab: int, **extra: Any) -> torch.nn.Module:
    return BertForSequenceClassification(BertConfig(vocab_size=vocab, **(_shape() | extra)))


def _bert_embedding(vocab: int, **extra: Any) -> torch.nn.Module:
    return BertModel(BertConfig(vocab_size=vocab, **(_shape() | extra)), add_pooling_layer=False)


def _distilbert(vocab: int, **extra: Any) -> torch.nn.Module:
    shape = {"dim": 32, "n_layers": 3, "n_heads": 4, "hidden_dim": 64}
    return DistilBertForSequenceClassification(
        DistilBertConfig(vocab_size=vocab, **(shape | extra))
    )


def _roberta(vocab: int, **extra: Any) -> torch.nn.Module:
    shape = _shape() | {"max_position_embeddings": 514, "type_vocab_size": 1, "pad_token_id": 1}
    return RobertaForSequenceClassification(RobertaConfig(vocab_size=vocab, **(shape | extra)))


def _electra(vocab: int, **extra: Any) -> torch.nn.Module:
    shape = _shape() | {"embedding_size": 16}
    return ElectraForSequenceClassification(ElectraConfig(vocab_size=vocab, **(shape | extra)))


def _shape() -> dict[str, int]:
    return {
        "hidden_size": 32,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "intermediate_size": 64,
    }


MODELS = {
    "bert": _bert,
    "bert-embedding": _bert_embedding,
    "distilbert": _distilbert,
    "roberta": _roberta,
    "electra": _electra,
}
FAMILIES = tuple(MODELS)


def write_teacher(directory: Path, kind: str, **config: Any) -> Path:
    """A HuggingFace folder of the family with weights large enough that every part matters."""
    directory.mkdir(parents=True, exist_ok=True)
    vocabulary = write_tokenizer(directory, roberta=kind == "roberta")
    labels = {} if kind == "bert-embedding" else {"num_labels": 5}
    model = MODELS[kind](vocabulary, **(labels | config))
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for parameter in model.parameters():
            scale = 0.05 if parameter.dim() == 1 else 0.15
            parameter.add_(torch.randn(parameter.shape, generator=generator) * scale)
    model.save_pretrained(directory)
    return directory


@pytest.fixture(scope="session")
def teacher_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`teacher_folder(kind)`: the folder of that family, written once."""
    root = tmp_path_factory.mktemp("teachers")

    def folder(kind: str) -> Path:
        return root / kind if (root / kind).exists() else write_teacher(root / kind, kind)

    return folder
