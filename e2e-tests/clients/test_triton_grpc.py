"""Triton's own gRPC client, unmodified."""

import queue

import numpy as np
import pytest
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

from conftest import Reference
from served import Served, wait_until


@pytest.fixture(scope="module")
def client(served: Served):
    with triton.InferenceServerClient(served.grpc) as client:
        yield client


def text_input(texts: list[str]) -> triton.InferInput:
    values = np.array([[text.encode()] for text in texts], dtype=np.object_)
    tensor = triton.InferInput("text", list(values.shape), "BYTES")
    tensor.set_data_from_numpy(values)
    return tensor


def labels(result: triton.InferResult) -> list[str]:
    return [label.decode() for label in result.as_numpy("label").reshape(-1)]


def test_server_calls(client, model):
    assert client.is_server_live()
    assert client.is_server_ready()
    metadata = client.get_server_metadata()
    assert metadata.name
    assert metadata.version
    assert "binary_tensor_data" in metadata.extensions
    assert "statistics" in metadata.extensions


def test_model_calls(client, model, manifest):
    assert client.is_model_ready(model)
    assert client.is_model_ready(model, manifest["version"])
    assert not client.is_model_ready("no-such-model")
    metadata = client.get_model_metadata(model, as_json=True)
    assert metadata["name"] == model
    assert metadata["versions"] == [manifest["version"]]
    shapes = {output["name"]: output["shape"] for output in metadata["outputs"]}
    assert shapes["label"] == ["-1", "1"]
    assert shapes["logits"] == ["-1", str(len(manifest["labels"]))]
    config = client.get_model_config(model, as_json=True)["config"]
    assert config["name"] == model
    assert config["max_batch_size"] >= 1
    assert {each["name"] for each in config["input"]} == {
        each["name"] for each in metadata["inputs"]
    }
    assert {each["name"] for each in config["output"]} == set(shapes)


def test_labels_of_several_rows(client, model, manifest, few: Reference):
    result = client.infer(model, [text_input(few.texts)])
    assert labels(result) == few.labels
    assert result.as_numpy("probabilities").shape == (len(few.texts), len(manifest["labels"]))
    heat = manifest["calibration"]["temperatures"][len(manifest["students"]) - 1]
    powers = np.exp(result.as_numpy("logits").astype(np.float64) / heat)
    expected = powers / powers.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(result.as_numpy("probabilities"), expected, atol=1e-5)
    students = len(manifest["students"])
    assert result.as_numpy("students_used").reshape(-1).tolist() == [students] * len(few.texts)
    parameters = result.get_response().parameters
    assert parameters["students_total"].int64_param == students
    assert not parameters["degraded"].bool_param
    assert not parameters["pruned"].bool_param


def test_compressed(client, model, few: Reference):
    result = client.infer(model, [text_input(few.texts)], compression_algorithm="gzip")
    assert labels(result) == few.labels


def test_parameters_headers_priority_and_id(client, model, few: Reference):
    result = client.infer(
        model,
        [text_input(few.texts[:1])],
        model_version="1",
        request_id="request 7",
        priority=1,
        timeout=20_000_000,
        client_timeout=20,
        headers={"x-tenant": "a"},
        parameters={"flag": True, "number": 3, "text": "x"},
    )
    assert labels(result) == few.labels[:1]
    assert result.get_response().id == "request 7"
    assert result.get_response().model_version == "1"


def test_a_time_that_is_too_short(client, model, few: Reference):
    with pytest.raises(InferenceServerException) as refused:
        client.infer(model, [text_input(few.texts)], timeout=1)
    assert "DEADLINE_EXCEEDED" in refused.value.status()


def test_requested_outputs(client, model, few: Reference):
    result = client.infer(
        model,
        [text_input(few.texts)],
        outputs=[triton.InferRequestedOutput("logits"), triton.InferRequestedOutput("label")],
    )
    assert [output.name for output in result.get_response().outputs] == ["logits", "label"]
    np.testing.assert_allclose(result.as_numpy("logits"), few.logits, atol=1e-3)
    assert result.as_numpy("probabilities") is None


@pytest.mark.parametrize("datatype", ["INT64", "INT32"])
def test_token_ids_with_a_mask(client, model, few: Reference, datatype):
    longest = max(len(ids) for ids in few.input_ids)
    shape = (len(few.texts), longest)
    kind = np.int64 if datatype == "INT64" else np.int32
    ids, mask = np.zeros(shape, kind), np.zeros(shape, kind)
    for row, values in enumerate(few.input_ids):
        ids[row, : len(values)] = values
        mask[row, : len(values)] = 1
    inputs = []
    for name, values in (("input_ids", ids), ("attention_mask", mask)):
        inputs.append(triton.InferInput(name, list(shape), datatype))
        inputs[-1].set_data_from_numpy(values)
    result = client.infer(model, inputs)
    assert labels(result) == few.labels
    np.testing.assert_allclose(result.as_numpy("logits"), few.logits, atol=1e-3)


def test_typed_contents(client, model, few: Reference):
    request = triton.service_pb2.ModelInferRequest(model_name=model)
    tensor = request.inputs.add(name="text", datatype="BYTES", shape=[len(few.texts), 1])
    tensor.contents.bytes_contents.extend(text.encode() for text in few.texts)
    answer = client._client_stub.ModelInfer(request, timeout=30)
    found = next(each for each in answer.outputs if each.name == "label")
    assert [label.decode() for label in found.contents.bytes_contents] == few.labels


def test_asynchronous(client, model, few: Reference):
    answers: queue.Queue = queue.Queue()
    for text in few.texts:
        client.async_infer(
            model,
            [text_input([text])],
            lambda result, error: answers.put((result, error)),
            request_id=text,
        )
    found = {}
    for _ in few.texts:
        result, error = answers.get(timeout=30)
        assert error is None
        found[result.get_response().id] = labels(result)[0]
    assert found == dict(zip(few.texts, few.labels, strict=True))


@pytest.mark.parametrize(
    ("tensor", "code", "says"),
    [
        (triton.InferInput("words", [1, 1], "BYTES"), "INVALID_ARGUMENT", "words"),
        (triton.InferInput("text", [1, 2], "BYTES"), "INVALID_ARGUMENT", "text"),
        (triton.InferInput("text", [0, 1], "BYTES"), "INVALID_ARGUMENT", "text"),
        (triton.InferInput("text", [1, 1], "FP32"), "INVALID_ARGUMENT", "text"),
    ],
)
def test_wrong_inputs_are_named(client, model, tensor, code, says):
    shape = tensor.shape()
    if tensor.datatype() == "BYTES":
        tensor.set_data_from_numpy(np.full(shape, b"x", dtype=np.object_))
    else:
        tensor.set_data_from_numpy(np.zeros(shape, np.float32))
    with pytest.raises(InferenceServerException) as refused:
        client.infer(model, [tensor])
    assert code in refused.value.status()
    assert says in refused.value.message()


def test_unknown_model(client, few: Reference):
    with pytest.raises(InferenceServerException) as refused:
        client.infer("no-such-model", [text_input(few.texts[:1])])
    assert "NOT_FOUND" in refused.value.status()
    assert "no-such-model" in refused.value.message()


def test_extensions_that_are_not_offered_say_so(client, model):
    with pytest.raises(InferenceServerException) as refused:
        client.get_model_repository_index()
    assert "UNIMPLEMENTED" in refused.value.status()


def test_statistics(client, model, manifest, few: Reference):
    def figures() -> dict:
        answer = client.get_inference_statistics(model, manifest["version"], as_json=True)
        return answer["model_stats"][0]

    client.infer(model, [text_input(few.texts)])
    before = figures()
    client.infer(model, [text_input(few.texts)])
    wait_until(lambda: count(figures(), "success") > count(before, "success"))
    after = figures()
    assert after["name"] == model
    assert after["version"] == manifest["version"]
    assert int(after["last_inference"]) >= int(before["last_inference"])
    assert int(after["inference_count"]) == int(before["inference_count"]) + len(few.texts)
    assert int(after["execution_count"]) > int(before["execution_count"])
    for key in ("queue", "compute_input", "compute_infer", "compute_output"):
        assert count(after, key) == count(after, "success")
        assert int(after["inference_stats"][key]["ns"]) > 0
    assert sum(int(each["compute_infer"]["count"]) for each in after["batch_stats"]) == int(
        after["execution_count"]
    )
    assert {each.name for each in client.get_inference_statistics().model_stats} == {model}


def count(figures: dict, key: str) -> int:
    """Numbers that are 0 are not in the JSON form of a protobuf message."""
    return int(figures["inference_stats"][key].get("count", 0))
