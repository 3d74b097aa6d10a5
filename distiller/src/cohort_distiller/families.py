"""Reads the four supported HuggingFace families into one set of names.

Source of the names: the modelling files of `transformers` for `bert`, `distilbert`, `roberta` and
`electra`. Ours are those of `student.Student` and `embeddings.Embeddings`, with every layer of the
encoder under `layers.N`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .architecture import ACTIVATIONS, Architecture
from .errors import InputError

FAMILIES = ("bert", "distilbert", "roberta", "electra")

_BERT_LAYER = {
    "attention.query": "attention.self.query",
    "attention.key": "attention.self.key",
    "attention.value": "attention.self.value",
    "attention.output": "attention.output.dense",
    "attention.norm": "attention.output.LayerNorm",
    "feed_forward.inner": "intermediate.dense",
    "feed_forward.outer": "output.dense",
    "feed_forward.norm": "output.LayerNorm",
}
_DISTILBERT_LAYER = {
    "attention.query": "attention.q_lin",
    "attention.key": "attention.k_lin",
    "attention.value": "attention.v_lin",
    "attention.output": "attention.out_lin",
    "attention.norm": "sa_layer_norm",
    "feed_forward.inner": "ffn.lin1",
    "feed_forward.outer": "ffn.lin2",
    "feed_forward.norm": "output_layer_norm",
}


def read_architecture(config: Any) -> Architecture:
    """The shape of the encoder that a HuggingFace configuration describes."""
    family = config.model_type
    if family not in FAMILIES:
        raise InputError(
            f"model_type {family!r} is not supported; supported: {', '.join(FAMILIES)}"
        )
    if getattr(config, "position_embedding_type", "absolute") not in ("absolute", None):
        raise InputError(
            f"position_embedding_type {config.position_embedding_type!r} is not supported; "
            "supported: absolute"
        )
    if getattr(config, "is_decoder", False):
        raise InputError("is_decoder is true; only encoders are supported")
    if family == "roberta" and config.pad_token_id is None:
        raise InputError("pad_token_id is missing; RoBERTa's positions begin after it")
    distilled = family == "distilbert"
    token_types = 0 if distilled else config.type_vocab_size
    return Architecture(
        hidden=config.hidden_size,
        heads=config.num_attention_heads,
        intermediate=config.hidden_dim if distilled else config.intermediate_size,
        vocabulary=config.vocab_size,
        positions=config.max_position_embeddings,
        token_types=token_types if token_types > 1 else 0,
        embedding=config.embedding_size if family == "electra" else config.hidden_size,
        position_offset=config.pad_token_id + 1 if family == "roberta" else 0,
        layer_norm_eps=1e-12 if distilled else config.layer_norm_eps,
        activation=_activation(config.activation if distilled else config.hidden_act),
    )


def _activation(name: str) -> Any:
    if name not in ACTIVATIONS:
        raise InputError(
            f"hidden_act {name!r} is not supported; supported: {', '.join(sorted(ACTIVATIONS))}"
        )
    return ACTIVATIONS[name]


@dataclass(frozen=True)
class EncoderWeights:
    """An encoder's shape and tensors under Cohort's names, `layers.0` to `layers.{layers-1}`.

    Linear weights have PyTorch's orientation [out, in]. Tensors are copies: training a student
    never changes the encoder it was initialised from.
    """

    architecture: Architecture
    layers: int
    tensors: Mapping[str, Tensor]

    @staticmethod
    def of_model(model: torch.nn.Module) -> "EncoderWeights":
        """Copies the encoder out of a HuggingFace model, with or without a task head."""
        config: Any = model.config
        encoder = getattr(model, model.base_model_prefix, model)  # type: ignore[call-overload]
        source = encoder.state_dict()
        architecture = read_architecture(config)
        layers = config.num_hidden_layers
        tensors = _embeddings(source, architecture)
        for number in range(layers):
            tensors.update(_layer(source, config.model_type, number))
        return EncoderWeights(architecture, layers, tensors)

    def embeddings(self) -> dict[str, Tensor]:
        """The tensors of `Embeddings`, under its own names."""
        return self._below("embeddings.")

    def layer(self, number: int) -> dict[str, Tensor]:
        """The tensors of one layer, under the names of `student.Layer`."""
        if not 0 <= number < self.layers:
            raise InputError(f"layer {number} does not exist; the encoder has 0..{self.layers - 1}")
        return self._below(f"layers.{number}.")

    def _below(self, prefix: str) -> dict[str, Tensor]:
        return {
            name.removeprefix(prefix): tensor
            for name, tensor in self.tensors.items()
            if name.startswith(prefix)
        }


def _copy(tensor: Tensor) -> Tensor:
    return tensor.detach().to(device="cpu", dtype=torch.float32, copy=True).contiguous()


def _embeddings(source: Mapping[str, Tensor], architecture: Architecture) -> dict[str, Tensor]:
    tensors = {
        "embeddings.word.weight": _copy(source["embeddings.word_embeddings.weight"]),
        "embeddings.position.weight": _copy(source["embeddings.position_embeddings.weight"]),
        "embeddings.norm.weight": _copy(source["embeddings.LayerNorm.weight"]),
        "embeddings.norm.bias": _copy(source["embeddings.LayerNorm.bias"]),
    }
    token_types = source.get("embeddings.token_type_embeddings.weight")
    if architecture.token_types and token_types is not None:
        tensors["embeddings.token_type.weight"] = _copy(token_types)
    elif token_types is not None:
        tensors["embeddings.position.weight"] += _copy(token_types)
    if architecture.embedding != architecture.hidden:
        for kind in ("weight", "bias"):
            tensors[f"embeddings.projection.{kind}"] = _copy(source[f"embeddings_project.{kind}"])
    return tensors


def _layer(source: Mapping[str, Tensor], family: str, number: int) -> dict[str, Tensor]:
    distilled = family == "distilbert"
    names = _DISTILBERT_LAYER if distilled else _BERT_LAYER
    stem = f"{'transformer' if distilled else 'encoder'}.layer.{number}."
    return {
        f"layers.{number}.{ours}.{kind}": _copy(source[f"{stem}{theirs}.{kind}"])
        for ours, theirs in names.items()
        for kind in ("weight", "bias")
    }
