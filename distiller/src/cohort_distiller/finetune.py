"""Makes a task teacher from a base encoder and labelled data."""

import json
import logging
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from . import __version__
from .batches import Batch, Encoded, encode, epoch_batches, length_batches
from .data import Table, label_ids, label_names, read_table, scores
from .errors import InputError
from .files import atomic_folder, refuse_existing
from .optimisation import (
    Schedule,
    autocast,
    choose_device,
    finite,
    optimiser,
    seed_step,
    take_step,
)
from .progress import progress

Array = npt.NDArray[Any]

_BATCH_TOKENS = 16_384
"""Padded tokens of a batch at most: bounds memory where texts are long."""


@dataclass(frozen=True)
class FinetuneOptions:
    """What `cohort-distiller finetune` was asked to do."""

    base: Path
    train: Path
    dev: Path
    out: Path
    task: str = "classification"
    epochs: int = 4
    lr: float = 1e-4
    batch: int = 32
    max_tokens: int | None = None
    seed: int = 0
    device: str = "auto"
    overwrite: bool = False
    quiet: bool = False


@dataclass(frozen=True)
class Split:
    """Encoded rows and their targets: class numbers or scores."""

    table: Table
    rows: Encoded
    targets: Tensor


def finetune(options: FinetuneOptions) -> float:
    """Writes a HuggingFace folder to `options.out`; returns the best dev quality (its epoch is kept)."""
    refuse_existing(options.out, overwrite=options.overwrite)
    train, dev, names = _read(options)
    torch.manual_seed(options.seed)
    model = _model(options, names)
    training = _Training(options, model, train, dev)
    best, history = training.run()
    with atomic_folder(options.out, overwrite=options.overwrite) as folder:
        _write(options, training, train, dev, history, folder)
    return best


def _read(options: FinetuneOptions) -> tuple[Split, Split, list[str] | None]:
    train = read_table(options.train, labelled=True)
    dev = read_table(options.dev, labelled=True)
    if dev.inputs != train.inputs:
        raise InputError(f"{dev.path}: {dev.inputs} texts a row, the training file has {train.inputs}")
    tokenizer = _tokenizer(options)
    names = label_names(train) if options.task == "classification" else None
    return _split(train, tokenizer, names), _split(dev, tokenizer, names), names


def _split(table: Table, tokenizer: Tokenizer, names: list[str] | None) -> Split:
    if names is None:
        targets = torch.tensor(scores(table), dtype=torch.float32)
    else:
        targets = torch.tensor(label_ids(table, names, known_as="the training file"))
    return Split(table, encode(tokenizer, table.texts), targets)


def _tokenizer(options: FinetuneOptions) -> Tokenizer:
    path = options.base / "tokenizer.json"
    if not path.is_file():
        raise InputError(f"{options.base}: no tokenizer.json; the base must be a HuggingFace folder with one")
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises plain Exception for every malformed file
        raise InputError(f"{path}: {error}") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(_max_tokens(options))
    return tokenizer


def _max_tokens(options: FinetuneOptions) -> int:
    config = _base_config(options.base)
    offset = config["pad_token_id"] + 1 if config["model_type"] == "roberta" else 0
    longest = int(config["max_position_embeddings"]) - offset
    if options.max_tokens is None:
        return longest
    if not 3 <= options.max_tokens <= longest:
        raise InputError(f"--max-tokens {options.max_tokens}: allowed are 3..{longest}")
    return options.max_tokens


def _base_config(base: Path) -> dict[str, Any]:
    path = base / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        return {"pad_token_id": 0, **config, "max_position_embeddings": config["max_position_embeddings"]}
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path}: not a model configuration: {error!r}") from error


def _model(options: FinetuneOptions, names: list[str] | None) -> Any:
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    logging.getLogger("transformers").setLevel(logging.ERROR)
    labels: dict[str, Any] = {"num_labels": 1, "problem_type": "regression"}
    if names is not None:
        labels = {
            "num_labels": len(names),
            "problem_type": "single_label_classification",
            "id2label": dict(enumerate(names)),
            "label2id": {name: number for number, name in enumerate(names)},
        }
    try:
        return transformers.AutoModelForSequenceClassification.from_pretrained(options.base, **labels)
    except (OSError, ValueError) as error:
        raise InputError(f"{options.base}: {error}") from error


class _Training:
    """One fine-tuning run; keeps the weights of the best epoch in memory."""

    def __init__(self, options: FinetuneOptions, model: Any, train: Split, dev: Split) -> None:
        self._options, self._train, self._dev = options, train, dev
        self._device = choose_device(options.device)
        self.model = model.to(self._device)
        self._pad = int(model.config.pad_token_id or 0)
        self._has_types = getattr(model.config, "type_vocab_size", 0) > 1
        self._adam = optimiser(model)

    def run(self) -> tuple[float, list[float]]:
        """Trains all epochs; returns the best dev quality and that of each epoch."""
        options = self._options
        epochs = [
            epoch_batches(self._train.rows.lengths, options.batch, _BATCH_TOKENS, (options.seed, epoch))
            for epoch in range(options.epochs)
        ]
        schedule = Schedule(options.lr, sum(map(len, epochs)))
        history: list[float] = []
        best: dict[str, Tensor] = {}
        step = 0
        total = len(self._train.rows) * options.epochs
        with progress("finetune", total, "rows", quiet=options.quiet) as shown:
            for batches in epochs:
                self.model.train()
                for rows in batches:
                    loss = self._step(rows, schedule, step)
                    step += 1
                    note = f"loss {loss:.4f}" + (f", dev {history[-1]:.4f}" if history else "")
                    shown.advance(len(rows), note)
                history.append(self.quality(self._dev))
                if history[-1] >= max(history):
                    best = {k: v.detach().cpu().clone() for k, v in self.model.state_dict().items()}
        self.model.load_state_dict(best)
        return max(history), history

    def _step(self, rows: Array, schedule: Schedule, step: int) -> float:
        seed_step(self._options.seed, step)
        with autocast(self._device):
            logits = self._logits(self._train.rows.batch(rows, self._pad))
        targets = self._train.targets[torch.from_numpy(rows)].to(self._device)
        if self._options.task == "classification":
            loss = nn.functional.cross_entropy(logits.float(), targets)
        else:
            loss = nn.functional.mse_loss(logits.float().squeeze(-1), targets)
        value = finite(loss, "finetune", step)
        loss.backward()
        take_step(self.model, self._adam, schedule, step)
        return value

    def _logits(self, batch: Batch) -> Tensor:
        batch = batch.to(self._device)
        types = {"token_type_ids": batch.token_type_ids} if self._has_types else {}
        logits: Tensor = self.model(
            input_ids=batch.input_ids, attention_mask=batch.attention_mask, **types
        ).logits
        return logits

    def quality(self, split: Split) -> float:
        """Accuracy or Pearson correlation on a split."""
        self.model.eval()
        outputs = torch.empty(len(split.rows), self.model.config.num_labels)
        with torch.inference_mode():
            for rows in length_batches(split.rows.lengths, self._options.batch * 4, _BATCH_TOKENS):
                outputs[torch.from_numpy(rows)] = self._logits(split.rows.batch(rows, self._pad)).float().cpu()
        if self._options.task == "classification":
            return float((outputs.argmax(-1) == split.targets).float().mean())
        return float(np.nan_to_num(np.corrcoef(outputs[:, 0].numpy(), split.targets.numpy())[0, 1]))


def _write(
    options: FinetuneOptions, training: _Training, train: Split, dev: Split, history: list[float], folder: Path
) -> None:
    training.model.save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
        if (options.base / name).is_file():
            shutil.copyfile(options.base / name, folder / name)
    base = options.base / "provenance.json"
    provenance = {
        "tool": f"cohort-distiller {__version__}",
        "base": json.loads(base.read_text()) if base.is_file() else {"folder": options.base.name},
        "train": train.table.describe(),
        "dev": dev.table.describe(),
        "dev_quality_by_epoch": history,
        "options": {
            key: value for key, value in asdict(options).items()
            if key in ("task", "epochs", "lr", "batch", "max_tokens", "seed")
        },
    }
    (folder / "provenance.json").write_text(json.dumps(provenance, indent=2, sort_keys=True) + "\n")
