"""Reads the folders that HuggingFace tools write, offline.

Nothing is fetched and no code of the folder is run: weights come from safetensors, or from a pickle
that PyTorch loads with `weights_only`; configurations that name own code are treated as data. What
cannot be used is refused with an `InputError` that names the file.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForSequenceClassification,
    AutoTokenizer,
)
from transformers import logging as transformers_logging

from .architecture import Architecture, Pooling, Task
from .errors import InputError
from .families import FAMILIES, read_architecture

#: What a saved teacher takes along from the folder it came from.
TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
)
#: Names that a base encoder's weights may lack: an embedding reads no pooler.
POOLER = ("pooler.",)
#: Names that may be missing where a fresh head is wanted.
HEAD = ("pooler.", "classifier.", "pre_classifier.")


def read_tokenizer(source: Path) -> Tokenizer:
    """The folder's fast tokenizer, padding and truncation removed."""
    file = source / "tokenizer.json"
    if not file.is_file() and not any((source / name).is_file() for name in TOKENIZER_FILES[3:]):
        raise InputError(f"{source}: no tokenizer; expected tokenizer.json (or vocab.txt)")
    try:
        tokenizer = (
            Tokenizer.from_file(str(file))
            if file.is_file()
            else AutoTokenizer.from_pretrained(source, local_files_only=True).backend_tokenizer
        )
    except Exception as error:
        raise InputError(f"{source}: the tokenizer cannot be read: {error}") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def read_config(source: Path) -> Any:
    """The folder's configuration, of a supported family."""
    file = source / "config.json"
    if not file.is_file():
        raise InputError(f"{source}: no config.json; expected a HuggingFace model folder")
    family = _read_json(file).get("model_type")
    if family not in FAMILIES:
        raise InputError(
            f"{file}: model_type {family!r} is not supported; supported: {', '.join(FAMILIES)}"
        )
    try:
        return AutoConfig.from_pretrained(source, local_files_only=True)
    except Exception as error:
        raise InputError(f"{file}: {error}") from error


def _read_json(file: Path, kind: type = dict) -> Any:
    try:
        value = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{file}: not readable JSON: {error}") from error
    if not isinstance(value, kind):
        raise InputError(f"{file}: not a JSON {'object' if kind is dict else 'array'}")
    return value


def read_task(config: Any, source: Path) -> Task:
    """The task that a configuration says; without a task head, embedding."""
    architectures = config.architectures or []
    if not any(name.endswith("ForSequenceClassification") for name in architectures):
        return "embedding"
    if config.problem_type == "multi_label_classification":
        raise InputError(f"{source}: problem_type multi_label_classification is not supported")
    if config.problem_type == "regression" and config.num_labels != 1:
        raise InputError(f"{source}: a regression has one output, not {config.num_labels}")
    return "regression" if config.num_labels == 1 else "classification"


def load_model(source: Path, config: Any, task: Task, fresh: tuple[str, ...]) -> nn.Module:
    """Loads the weights; the file may lack only tensors whose names begin as `fresh` says."""
    _check_weight_files(source)
    _check_architecture(source, config)
    loader = AutoModel if task == "embedding" else AutoModelForSequenceClassification
    pooler = {"add_pooling_layer": False} if task == "embedding" and _has_pooler(config) else {}
    try:
        with quiet():
            model, report = loader.from_pretrained(
                source,
                config=config,
                local_files_only=True,
                trust_remote_code=False,
                dtype=torch.float32,
                output_loading_info=True,
                **pooler,
            )
    except Exception as error:
        raise InputError(f"{source}: the weights cannot be loaded: {error}") from error
    prefix = f"{model.base_model_prefix}."
    missing = [
        name for name in report["missing_keys"] if not name.removeprefix(prefix).startswith(fresh)
    ]
    if missing:
        raise InputError(
            f"{source}: the weights lack {len(missing)} tensors, first {sorted(missing)[0]}"
        )
    return cast(nn.Module, model)


def _check_architecture(source: Path, config: Any) -> None:
    try:
        read_architecture(config)
    except InputError as error:
        raise InputError(f"{source / 'config.json'}: {error}") from error


@contextmanager
def quiet() -> Iterator[None]:
    """No progress bars and warnings of transformers on the user's terminal."""
    verbosity = transformers_logging.get_verbosity()
    shown = transformers_logging.is_progress_bar_enabled()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(verbosity)
        if shown:
            transformers_logging.enable_progress_bar()


def _has_pooler(config: Any) -> bool:
    return config.model_type in ("bert", "roberta")


def _check_weight_files(source: Path) -> None:
    if any(source.glob("*.safetensors")):
        return
    pickles = sorted(source.glob("pytorch_model*.bin"))
    if not pickles:
        raise InputError(f"{source}: no weights; expected model.safetensors")
    for file in pickles:
        try:
            torch.load(file, map_location="meta", weights_only=True)
        except Exception as error:
            raise InputError(
                f"{file}: not loadable without running code; convert it to model.safetensors"
            ) from error


def read_pooling(source: Path) -> Pooling:
    """Pooling of an embedding model: what sentence-transformers' files say, else cls."""
    modules = source / "modules.json"
    if modules.is_file():
        kinds = [str(module.get("type", "")) for module in _read_json(modules, list)]
        known = ("Transformer", "Pooling", "Normalize")
        unknown = [kind for kind in kinds if not kind.endswith(known)]
        if unknown:
            raise InputError(f"{modules}: module {unknown[0]} is not supported")
    file = source / "1_Pooling" / "config.json"
    if not file.is_file():
        return "cls"
    modes = _read_json(file)
    chosen = sorted(key for key, on in modes.items() if key.startswith("pooling_mode_") and on)
    if chosen == ["pooling_mode_cls_token"]:
        return "cls"
    if chosen == ["pooling_mode_mean_tokens"]:
        return "mean"
    raise InputError(f"{file}: {', '.join(chosen) or 'no mode'} is not supported; use cls or mean")


def read_max_tokens(source: Path, architecture: Architecture) -> int:
    """Longest row: the least of what positions, tokenizer and sentence-transformers allow."""
    limits = [architecture.max_tokens]
    for name, key in (
        ("tokenizer_config.json", "model_max_length"),
        ("sentence_bert_config.json", "max_seq_length"),
    ):
        file = source / name
        value = _read_json(file).get(key) if file.is_file() else None
        if isinstance(value, int | float) and value >= 3:
            limits.append(int(min(value, architecture.max_tokens)))
    return min(limits)


def check_tokenizer(tokenizer: Tokenizer, architecture: Architecture, source: Path) -> None:
    """Refuses a tokenizer whose ids the table lacks, or that adds no special tokens."""
    largest = max(tokenizer.get_vocab(with_added_tokens=True).values(), default=-1)
    if largest >= architecture.vocabulary:
        raise InputError(
            f"{source}: the tokenizer has token id {largest}, "
            f"the embedding table {architecture.vocabulary} rows"
        )
    if tokenizer.num_special_tokens_to_add(False) < 1:
        raise InputError(f"{source}: the tokenizer adds no special tokens, so rows have no [CLS]")
