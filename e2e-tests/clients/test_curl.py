"""curl and grpcurl, as in the README."""

import base64
import json
import os
import shutil
import subprocess

import pytest

from conftest import Reference
from served import Served


def run(*command: str, given: str | None = None) -> str:
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def curl() -> str:
    found = shutil.which("curl")
    if not found:
        pytest.skip("curl is not installed")
    return found


@pytest.fixture(scope="module")
def grpcurl() -> str:
    found = os.environ.get("COHORT_GRPCURL")
    if not found:
        pytest.skip(os.environ.get("COHORT_GRPCURL_SKIPPED", "COHORT_GRPCURL is not set"))
    return found


def test_curl_infer(curl, served: Served, model: str, few: Reference):
    tensor = {
        "name": "text",
        "datatype": "BYTES",
        "shape": [len(few.texts), 1],
        "data": few.texts,
    }
    url = f"http://{served.http}/v2/models/{model}/infer"
    answer = json.loads(run(curl, "-sS", "-d", json.dumps({"inputs": [tensor]}), url))
    outputs = {output["name"]: output for output in answer["outputs"]}
    assert outputs["label"]["data"] == few.labels


def test_curl_gzip(curl, served: Served, model: str, few: Reference):
    url = f"http://{served.http}/v2/models/{model}"
    assert json.loads(run(curl, "-sS", "--compressed", url))["name"] == model


def test_curl_health_and_metrics(curl, served: Served):
    assert json.loads(run(curl, "-sS", f"http://{served.http}/v2/health/ready")) == {"ready": True}
    assert json.loads(run(curl, "-sS", f"http://{served.http}/v2/health/live")) == {"live": True}
    page = run(curl, "-sS", f"http://127.0.0.1:{served.metrics_port}/metrics")
    assert "cohort_requests_total" in page


def test_errors_are_json_with_one_key(served: Served, model: str):
    for path, status in (
        ("/v2/no/such/path", 404),
        ("/v2/models/no-such-model", 404),
        (f"/v2/models/{model}/versions/99", 404),
    ):
        found, body = served.json(path)
        assert (found, list(body)) == (status, ["error"]), path
    found, body = served.request(f"/v2/models/{model}/infer", b"{not json")
    assert found == 400
    assert list(json.loads(body)) == ["error"]


def test_grpcurl_lists_by_reflection(grpcurl, served: Served):
    services = run(grpcurl, "-plaintext", served.grpc, "list").split()
    assert "inference.GRPCInferenceService" in services
    assert "grpc.health.v1.Health" in services
    methods = run(
        grpcurl, "-plaintext", served.grpc, "list", "inference.GRPCInferenceService"
    ).split()
    assert {method.rpartition(".")[2] for method in methods} >= {
        "ServerLive",
        "ServerReady",
        "ModelReady",
        "ServerMetadata",
        "ModelMetadata",
        "ModelInfer",
        "ModelConfig",
    }


def test_grpcurl_health(grpcurl, served: Served):
    answer = run(grpcurl, "-plaintext", served.grpc, "grpc.health.v1.Health/Check")
    assert json.loads(answer) == {"status": "SERVING"}


def test_grpcurl_infer(grpcurl, served: Served, model: str, few: Reference):
    contents = [base64.b64encode(text.encode()).decode() for text in few.texts]
    request = {
        "model_name": model,
        "inputs": [
            {
                "name": "text",
                "datatype": "BYTES",
                "shape": [len(few.texts)],
                "contents": {"bytes_contents": contents},
            }
        ],
    }
    answer = json.loads(
        run(
            grpcurl,
            "-plaintext",
            "-d",
            "@",
            served.grpc,
            "inference.GRPCInferenceService/ModelInfer",
            given=json.dumps(request),
        )
    )
    label = next(output for output in answer["outputs"] if output["name"] == "label")
    # Older versions write names as JSON usually does.
    contents = label["contents"].get("bytes_contents") or label["contents"]["bytesContents"]
    found = [base64.b64decode(each).decode() for each in contents]
    assert found == few.labels
