"""The deep model that students learn from: a HuggingFace folder, read offline.

Nothing is fetched and no code of the folder is run: weights come from safetensors, or from a pickle
that PyTorch loads with `weights_only`; configurations that name own code are treated as data.
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForSequenceClassification,
    AutoTokenizer,
)
from transformers import logging as transformers_logging

from .architecture import Architecture, HeadActivation, Pooling, Task
from .errors import InputError
from .families import FAMILIES, EncoderWeights, read_architecture

_TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
)
_POOLER = ("pooler.",)
_HEAD = ("pooler.", "classifier.", "pre_classifier.")


@dataclass(frozen=True)
class TaskHead:
    """What follows the encoder: pooling, then optionally dense + activation, then output + bias.

    `tensors` are named as in `student.Head` (`dense.weight`, `dense.bias`, `output.weight`), in
    PyTorch's orientation; `bias` is [D]. An embedding teacher has no tensors, and zeros as bias.
    """

    pooling: Pooling
    dense_activation: HeadActivation | None
    tensors: Mapping[str, Tensor]
    bias: Tensor


class Teacher(nn.Module):
    """A HuggingFace encoder with its task.

    `task` is what its configuration says: sequence classification with several labels, with one
    number (regression), or no head at all (embedding). `model` is the HuggingFace module, for
    fine-tuning; `tokenizer` is the fast tokenizer without padding and truncation.
    """

    def __init__(
        self, model: nn.Module, tokenizer: Tokenizer, source: Path, task: Task, pooling: Pooling
    ) -> None:
        super().__init__()
        self.model = model
        self.tokenizer = tokenizer
        self.source = source
        self.task = task
        self.pooling = pooling
        self.config: Any = model.config
        self.architecture: Architecture = read_architecture(self.config)
        self.max_tokens = _max_tokens(source, self.architecture)
        _check_tokenizer(tokenizer, self.architecture, source)

    @staticmethod
    def load(directory: Path | str) -> "Teacher":
        """Opens a teacher as it is; `InputError` names what the folder lacks."""
        source = Path(directory)
        config = _config(source)
        task = _task(config, source)
        model = _weights(source, config, task, fresh=_POOLER if task == "embedding" else ())
        pooling = _pooling(source) if task == "embedding" else "cls"
        return Teacher(model, read_tokenizer(source), source, task, pooling).eval()

    @staticmethod
    def with_new_head(
        directory: Path | str, task: Task, labels: Sequence[str] = (), seed: int = 0
    ) -> "Teacher":
        """A base encoder with a fresh task head, to be fine-tuned.

        `labels` are the output columns of a classification; regression has one column.
        """
        source = Path(directory)
        config = _config(source)
        if task == "embedding":
            return Teacher.load(source)
        names = list(labels) if task == "classification" else ["score"]
        if task == "classification" and len(set(names)) < 2:
            raise InputError(f"classification needs at least two labels, not {names}")
        config.id2label = dict(enumerate(names))
        config.label2id = {name: number for number, name in enumerate(names)}
        config.problem_type = (
            "regression" if task == "regression" else "single_label_classification"
        )
        torch.manual_seed(seed)
        model = _weights(source, config, task, fresh=_HEAD)
        return Teacher(model, read_tokenizer(source), source, task, "cls")

    def save(self, directory: Path | str) -> None:
        """Writes a HuggingFace folder that `load` opens again."""
        target = Path(directory)
        target.mkdir(parents=True, exist_ok=True)
        with _quiet():
            cast(Any, self.model).save_pretrained(target)
        for name in _TOKENIZER_FILES:
            if (self.source / name).is_file() and (self.source / name) != target / name:
                shutil.copyfile(self.source / name, target / name)
        (target / "tokenizer.json").write_text(self.tokenizer.to_str(pretty=True), "utf-8")

    @property
    def family(self) -> str:
        """bert, distilbert, roberta or electra."""
        return str(self.config.model_type)

    @property
    def layers(self) -> int:
        """Depth of the encoder."""
        return int(self.config.num_hidden_layers)

    @property
    def outputs(self) -> int:
        """D: labels, one number, or the hidden size."""
        return self.architecture.hidden if self.task == "embedding" else int(self.config.num_labels)

    @property
    def labels(self) -> list[str]:
        """Name of each output column of a classification, else empty."""
        if self.task != "classification":
            return []
        return [str(self.config.id2label[number]) for number in range(self.outputs)]

    @property
    def tokenizer_json(self) -> bytes:
        """`tokenizer.json` of a package."""
        return self.tokenizer.to_str(pretty=False).encode("utf-8")

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        token_type_ids: Tensor | None = None,
        hidden: bool = False,
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Answers [B,D] of padded rows [B,L], and hidden states when asked for.

        Answers are logits, or L2-normalised embeddings. Hidden states are `layers + 1` times
        [B,L,H]: the embeddings' output, then that of each layer.
        """
        types = {"token_type_ids": token_type_ids} if self.architecture.token_types else {}
        output = self.model(
            input_ids=input_ids,
            attention_mask=attention_mask,
            output_hidden_states=hidden,
            **types,
        )
        states = tuple(output.hidden_states) if hidden else ()
        if self.task != "embedding":
            return output.logits, states
        return self._embedding(output.last_hidden_state, attention_mask), states

    def _embedding(self, last: Tensor, attention_mask: Tensor) -> Tensor:
        if self.pooling == "cls":
            return F.normalize(last[:, 0], dim=-1)
        weight = attention_mask.unsqueeze(-1).to(last.dtype)
        return F.normalize((last * weight).sum(1) / weight.sum(1), dim=-1)

    def encoder(self) -> EncoderWeights:
        """A copy of the encoder's weights under Cohort's names."""
        return EncoderWeights.of_model(self.model)

    def head(self) -> TaskHead:
        """A copy of the task head."""
        if self.task == "embedding":
            return TaskHead(self.pooling, None, {}, torch.zeros(self.outputs))
        state = self.model.state_dict()
        dense, output, activation = _HEADS[self.family]
        tensors = {
            "dense.weight": state[f"{dense}.weight"],
            "dense.bias": state[f"{dense}.bias"],
            "output.weight": state[f"{output}.weight"],
        }
        copies = {name: tensor.detach().cpu().clone() for name, tensor in tensors.items()}
        return TaskHead("cls", activation, copies, state[f"{output}.bias"].detach().cpu().clone())


#: For each family: the dense map before the classifier, the classifier, the activation between.
_HEADS: dict[str, tuple[str, str, HeadActivation]] = {
    "bert": ("bert.pooler.dense", "classifier", "tanh"),
    "distilbert": ("pre_classifier", "classifier", "relu"),
    "roberta": ("classifier.dense", "classifier.out_proj", "tanh"),
    "electra": ("classifier.dense", "classifier.out_proj", "gelu"),
}


def load_encoder(directory: Path | str) -> EncoderWeights:
    """The encoder of any supported HuggingFace folder, to initialise students from."""
    source = Path(directory)
    config = _config(source)
    return EncoderWeights.of_model(_weights(source, config, "embedding", fresh=_POOLER))


def read_tokenizer(source: Path) -> Tokenizer:
    """The folder's fast tokenizer, padding and truncation removed."""
    file = source / "tokenizer.json"
    if not file.is_file() and not any((source / name).is_file() for name in _TOKENIZER_FILES[3:]):
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


def _config(source: Path) -> Any:
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


def _task(config: Any, source: Path) -> Task:
    architectures = config.architectures or []
    if not any(name.endswith("ForSequenceClassification") for name in architectures):
        return "embedding"
    if config.problem_type == "multi_label_classification":
        raise InputError(f"{source}: problem_type multi_label_classification is not supported")
    if config.problem_type == "regression" and config.num_labels != 1:
        raise InputError(f"{source}: a regression has one output, not {config.num_labels}")
    return "regression" if config.num_labels == 1 else "classification"


def _weights(source: Path, config: Any, task: Task, fresh: tuple[str, ...]) -> nn.Module:
    """Loads the weights; the file may lack only tensors whose names begin as `fresh` says."""
    _check_weight_files(source)
    _check_architecture(source, config)
    loader = AutoModel if task == "embedding" else AutoModelForSequenceClassification
    pooler = {"add_pooling_layer": False} if task == "embedding" and _has_pooler(config) else {}
    try:
        with _quiet():
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
def _quiet() -> Iterator[None]:
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


def _pooling(source: Path) -> Pooling:
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


def _max_tokens(source: Path, architecture: Architecture) -> int:
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


def _check_tokenizer(tokenizer: Tokenizer, architecture: Architecture, source: Path) -> None:
    largest = max(tokenizer.get_vocab(with_added_tokens=True).values(), default=-1)
    if largest >= architecture.vocabulary:
        raise InputError(
            f"{source}: the tokenizer has token id {largest}, "
            f"the embedding table {architecture.vocabulary} rows"
        )
    if tokenizer.num_special_tokens_to_add(False) < 1:
        raise InputError(f"{source}: the tokenizer adds no special tokens, so rows have no [CLS]")
