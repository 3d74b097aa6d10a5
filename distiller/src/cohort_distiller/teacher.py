"""The deep model that students learn from."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as F

from .architecture import Architecture, HeadActivation, Pooling, Task
from .errors import InputError
from .families import EncoderWeights, read_architecture
from .huggingface import (
    HEAD,
    POOLER,
    TOKENIZER_FILES,
    check_tokenizer,
    load_model,
    quiet,
    read_config,
    read_max_tokens,
    read_pooling,
    read_task,
    read_tokenizer,
)


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
        self.max_tokens = read_max_tokens(source, self.architecture)
        check_tokenizer(tokenizer, self.architecture, source)

    @staticmethod
    def load(directory: Path | str) -> "Teacher":
        """Opens a teacher as it is; `InputError` names what the folder lacks."""
        source = Path(directory)
        config = read_config(source)
        task = read_task(config, source)
        model = load_model(source, config, task, fresh=POOLER if task == "embedding" else ())
        pooling = read_pooling(source) if task == "embedding" else "cls"
        return Teacher(model, read_tokenizer(source), source, task, pooling).eval()

    @staticmethod
    def with_new_head(
        directory: Path | str, task: Task, labels: Sequence[str] = (), seed: int = 0
    ) -> "Teacher":
        """A base encoder with a fresh task head, to be fine-tuned.

        `labels` are the output columns of a classification; regression has one column.
        """
        source = Path(directory)
        config = read_config(source)
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
        model = load_model(source, config, task, fresh=HEAD)
        return Teacher(model, read_tokenizer(source), source, task, "cls")

    def save(self, directory: Path | str) -> None:
        """Writes a HuggingFace folder that `load` opens again."""
        target = Path(directory)
        target.mkdir(parents=True, exist_ok=True)
        with quiet():
            cast(Any, self.model).save_pretrained(target)
        for name in TOKENIZER_FILES:
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
    config = read_config(source)
    return EncoderWeights.of_model(load_model(source, config, "embedding", fresh=POOLER))
