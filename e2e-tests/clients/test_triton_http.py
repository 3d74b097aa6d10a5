"""Triton's own HTTP client, unmodified: binary and JSON tensors."""

import numpy as np
import pytest
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

from conftest import Reference
from served import Served, wait_until


@pytest.fixture(scope="module")
def client(served: Served):
    with triton.InferenceServerClient(served.http) as client:
        yield client


def text_input(texts: list[str], binary: bool = True) -> triton.InferInput:
    values = np.array([[text.encode()] for text in texts], dtype=np.object_)
    tensor = triton.InferInput("text", list(values.shape), "BYTES")
    tensor.set_data_from_numpy(values, binary_data=binary)
    return tensor


def labels(result: triton.InferResult) -> list[str]:
    values = result.as_numpy("label").reshape(-1)
    return [each.decode() if isinstance(each, bytes) else str(each) for each in values]


def test_server_calls(client):
    assert client.is_server_live()
    assert client.is_server_ready()
    extensions = client.get_server_metadata()["extensions"]
    assert "binary_tensor_data" in extensions
    assert "statistics" in extensions


def test_model_calls(client, model, manifest):
    assert client.is_model_ready(model)
    assert client.is_model_ready(model, manifest["version"])
    assert not client.is_model_ready("no-such-model")
    metadata = client.get_model_metadata(model, manifest["version"])
    assert metadata["name"] == model
    assert metadata["versions"] == [manifest["version"]]
    config = client.get_model_config(model)
    assert {each["name"] for each in config["input"]} == {
        each["name"] for each in metadata["inputs"]
    }
    assert {each["name"] for each in config["output"]} == {
        each["name"] for each in metadata["outputs"]
    }


@pytest.mark.parametrize("binary_input", [True, False])
@pytest.mark.parametrize("binary_output", [True, False])
def test_labels_and_logits(client, model, few: Reference, binary_input, binary_output):
    result = client.infer(
        model,
        [text_input(few.texts, binary_input)],
        outputs=[
            triton.InferRequestedOutput(name, binary_data=binary_output)
            for name in ("label", "logits", "students_used")
        ],
    )
    assert labels(result) == few.labels
    np.testing.assert_allclose(result.as_numpy("logits"), few.logits, atol=1e-3)
    assert result.as_numpy("probabilities") is None


def test_all_outputs_when_none_is_named(client, model, few: Reference):
    result = client.infer(model, [text_input(few.texts)])
    assert labels(result) == few.labels
    names = {output["name"] for output in result.get_response()["outputs"]}
    assert names == {"label", "probabilities", "logits", "students_used"}


@pytest.mark.parametrize("binary", [True, False])
def test_compressed(client, model, few: Reference, binary):
    result = client.infer(
        model,
        [text_input(few.texts, binary)],
        request_compression_algorithm="gzip",
        response_compression_algorithm="gzip",
    )
    assert labels(result) == few.labels


def test_parameters_headers_priority_and_id(client, model, manifest, few: Reference):
    result = client.infer(
        model,
        [text_input(few.texts[:1])],
        model_version=manifest["version"],
        request_id="request 7",
        priority=1,
        timeout=20_000_000,
        headers={"x-tenant": "a"},
        query_params={"trace": "1"},
        parameters={"flag": True, "number": 3, "text": "x"},
    )
    assert labels(result) == few.labels[:1]
    assert result.get_response()["id"] == "request 7"
    assert result.get_response()["parameters"]["students_total"] == len(manifest["students"])


@pytest.mark.parametrize("binary", [True, False])
def test_token_ids(client, model, few: Reference, binary):
    for ids, label in list(zip(few.input_ids, few.labels, strict=True))[:4]:
        tensor = triton.InferInput("input_ids", [1, len(ids)], "INT64")
        tensor.set_data_from_numpy(ids.astype(np.int64).reshape(1, -1), binary_data=binary)
        assert labels(client.infer(model, [tensor])) == [label]


def test_errors_are_sentences(client, model, few: Reference):
    with pytest.raises(InferenceServerException, match="no-such-model"):
        client.infer("no-such-model", [text_input(few.texts[:1])])
    wrong = triton.InferInput("words", [1, 1], "BYTES")
    wrong.set_data_from_numpy(np.array([[b"x"]], dtype=np.object_))
    with pytest.raises(InferenceServerException, match="words"):
        client.infer(model, [wrong])


def test_statistics(client, model, manifest, few: Reference):
    def figures() -> dict:
        return client.get_inference_statistics(model, manifest["version"])["model_stats"][0]

    before = figures()
    client.infer(model, [text_input(few.texts)])
    wait_until(lambda: figures()["inference_count"] > before["inference_count"])
    after = figures()
    assert after["inference_count"] == before["inference_count"] + len(few.texts)
    stats = after["inference_stats"]
    assert stats["queue"]["count"] == stats["success"]["count"]
    assert stats["cache_hit"] == {"count": 0, "ns": 0}
    everything = client.get_inference_statistics()["model_stats"]
    assert [each["name"] for each in everything] == [model]
