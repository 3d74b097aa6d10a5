"""Makes every call of KServe's clients and prints what came back as one JSON object.

Runs in an environment of its own: python kserve_calls.py GRPC HTTP MODEL TEXT...
"""

import asyncio
import json
import sys
from typing import Any

import numpy as np
from kserve import (
    InferenceGRPCClient,
    InferenceRESTClient,
    InferInput,
    InferRequest,
    RESTConfig,
)


def _request(model: str, texts: list[str], binary: bool) -> InferRequest:
    tensor = InferInput("text", [len(texts), 1], "BYTES")
    values = np.array([[text.encode()] for text in texts], dtype=np.object_)
    tensor.set_data_from_numpy(values, binary_data=binary)
    return InferRequest(model_name=model, infer_inputs=[tensor], request_id="k1")


def _labels(answer: Any) -> list[str]:
    label = next(output for output in answer.outputs if output.name == "label")
    values = label.as_numpy().reshape(-1)
    return [each.decode() if isinstance(each, bytes) else str(each) for each in values]


async def _grpc(address: str, model: str, texts: list[str]) -> dict[str, Any]:
    client = InferenceGRPCClient(address)
    try:
        typed = await client.infer(_request(model, texts, binary=False))
        raw = await client.infer(_request(model, texts, binary=True))
        return {
            "live": await client.is_server_live(),
            "ready": await client.is_server_ready(),
            "model_ready": await client.is_model_ready(model),
            "typed": _labels(typed),
            "raw": _labels(raw),
            "id": typed.id,
        }
    finally:
        await client.close()


async def _rest(address: str, model: str, texts: list[str]) -> dict[str, Any]:
    client = InferenceRESTClient(RESTConfig(protocol="v2"))
    base = f"http://{address}"
    try:
        json_answer = await client.infer(base, _request(model, texts, binary=False), model)
        binary_answer = await client.infer(base, _request(model, texts, binary=True), model)
        return {
            "live": await client.is_server_live(base),
            "ready": await client.is_server_ready(base),
            "model_ready": await client.is_model_ready(base, model),
            "json": _labels(json_answer),
            "binary": _labels(binary_answer),
            "id": json_answer.id,
        }
    finally:
        await client.close()


async def _main(grpc: str, http: str, model: str, texts: list[str]) -> None:
    answers = {"grpc": await _grpc(grpc, model, texts), "rest": await _rest(http, model, texts)}
    print(json.dumps(answers))


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:4], sys.argv[4:]))
