"""ONNX encoders become HuggingFace folders, or are refused."""

import json
import warnings
import zipfile

import onnx
import pytest
import torch
from transformers import AutoModel

from cohort_distiller.cli import main
from cohort_distiller.teacher import load_encoder, read_tokenizer
from conftest import write_teacher


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A random BERT encoder, its graph as PyTorch exports it, and its tokenizer with padding."""
    folder = tmp_path_factory.mktemp("onnx")
    original = write_teacher(folder / "original", "bert-embedding", num_attention_heads=2)
    model = AutoModel.from_pretrained(
        original, add_pooling_layer=False, attn_implementation="eager"
    )
    export(model.eval(), folder / "encoder.onnx")
    with zipfile.ZipFile(folder / "encoder.jar", "w") as jar:
        jar.write(folder / "encoder.onnx", "encoder.onnx")
        jar.write(original / "tokenizer.json", "encoder-tokenizer.json")
    return folder


class States(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.embeddings, self.encoder = model.embeddings, model.encoder

    def forward(self, input_ids, attention_mask, token_type_ids):
        embedded = self.embeddings(input_ids=input_ids, token_type_ids=token_type_ids)
        mask = (1.0 - attention_mask[:, None, None, :].float()) * -1e4
        return self.encoder(embedded, attention_mask=mask)[0]


def export(model, file):
    names = ("input_ids", "attention_mask", "token_type_ids")
    example = (torch.ones(2, 7, dtype=torch.long),) * 3
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            States(model),
            example,
            str(file),
            input_names=list(names),
            output_names=["last_hidden_state"],
            dynamic_axes={name: {0: "batch", 1: "length"} for name in names},
            opset_version=14,
            dynamo=False,
        )


def test_a_jar_becomes_the_encoder_it_carries(exported, tmp_path, capsys):
    out = tmp_path / "encoder"
    arguments = ["import-onnx", "--model", str(exported / "encoder.jar"), "--license", "MIT"]
    assert main([*arguments, "--out", str(out)]) == 0, capsys.readouterr().err
    ours, original = load_encoder(out), load_encoder(exported / "original")
    assert ours.architecture == original.architecture
    assert ours.architecture.heads == 2
    for name, tensor in original.tensors.items():
        assert torch.equal(ours.tensors[name], tensor), name
    tokenizer = read_tokenizer(out)
    assert tokenizer.padding is None
    assert json.loads((out / "tokenizer.json").read_text())["truncation"] is None
    told = json.loads((out / "provenance.json").read_text())
    assert told["license"] == "MIT"
    assert told["origin"] == "encoder.jar!encoder.onnx"
    assert told["largest_difference_to_onnx"] < 1e-4


def test_a_graph_with_its_tokenizer_beside_it(exported, tmp_path):
    tokenizer = str(exported / "original" / "tokenizer.json")
    model = ["--model", str(exported / "encoder.onnx"), "--tokenizer", tokenizer]
    assert main(["import-onnx", *model, "--out", str(tmp_path / "encoder")]) == 0


def test_a_graph_that_computes_something_else_is_refused(exported, tmp_path, capsys):
    graph = onnx.load(str(exported / "encoder.onnx"))
    for tensor in graph.graph.initializer:
        if tensor.name.endswith("LayerNorm.bias"):
            values = onnx.numpy_helper.to_array(tensor) + 1
            tensor.CopyFrom(onnx.numpy_helper.from_array(values, tensor.name))
    for node in graph.graph.node:
        if node.op_type == "Erf":
            node.op_type = "Tanh"
    onnx.save(graph, str(tmp_path / "other.onnx"))
    tokenizer = str(exported / "original" / "tokenizer.json")
    model = ["--model", str(tmp_path / "other.onnx"), "--tokenizer", tokenizer]
    assert main(["import-onnx", *model, "--out", str(tmp_path / "encoder")]) == 2
    assert "differ from the graph by" in capsys.readouterr().err
    assert not (tmp_path / "encoder").exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.jar", b"no jar", "not a jar"),
        ("a.onnx", b"no graph", "tokenizer.json is needed"),
        ("none.jar", None, "no such file"),
    ],
)
def test_files_that_are_no_encoder(tmp_path, capsys, name, content, words):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    model = ["--model", str(tmp_path / name)]
    assert main(["import-onnx", *model, "--out", str(tmp_path / "encoder")]) == 2
    assert words in capsys.readouterr().err


def test_a_jar_without_a_tokenizer_and_a_graph_of_another_kind(exported, tmp_path, capsys):
    with zipfile.ZipFile(tmp_path / "bare.jar", "w") as jar:
        jar.write(exported / "encoder.onnx", "encoder.onnx")
    assert main(["import-onnx", "--model", str(tmp_path / "bare.jar"), "--out", "x"]) == 2
    assert "0 files that end in tokenizer.json" in capsys.readouterr().err
    node = onnx.helper.make_node("Relu", ["x"], ["y"])
    port = [onnx.helper.make_tensor_value_info(n, 1, [1]) for n in "xy"]
    graph = onnx.helper.make_graph([node], "relu", port[:1], port[1:])
    onnx.save(onnx.helper.make_model(graph), str(tmp_path / "relu.onnx"))
    tokenizer = str(exported / "original" / "tokenizer.json")
    model = ["--model", str(tmp_path / "relu.onnx"), "--tokenizer", tokenizer]
    assert main(["import-onnx", *model, "--out", str(tmp_path / "encoder")]) == 2
    assert "not a BERT encoder" in capsys.readouterr().err
