"""The ONNX graph of a student, as docs/reference/package-format.md fixes it.

No padding in the matrix products: they run on the tokens of all rows one after the other, [T,H].
Attention alone works on the rectangle [B,L]. Cells of padding read token 0 and get a score of
-1e9, which softmax turns into exactly 0. The last layer computes only what the pooled row needs:
with `cls` pooling the queries, projection and feed-forward of each row's first token, [B,H].

Matrices stored as int8 or fp16 are Cast and multiplied by their scales here; both inputs are
constants, so ONNX Runtime does it once at load. Embedding tables are gathered first and converted
after, so that only the rows in use are ever read from the mapped file.

A second graph of the same weights may multiply in int8: what a linear layer reads is quantised
while it runs, one scale for the whole batch (DynamicQuantizeLinear), the stored integers are
multiplied as they are (MatMulInteger), and one scale for each output column gives float32 again.
ONNX Runtime runs this chain as one kernel. Attention, norms, activations, embeddings and the last
layer of the head stay in float32.

`LayerNormalization` (opset 17) and `Gelu` (opset 20) are standard operators. Each operator used has
a CPU and a CUDA kernel in ONNX Runtime, which folds the constants before it hands parts of the
graph to TensorRT.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from .architecture import Architecture
from .quantise import SCALE
from .student import Student
from .tensorfile import StoredTensor

OPSET = 20
IR_VERSION = 10

INPUTS: dict[str, list[str]] = {
    "input_ids": ["T"],
    "token_type_ids": ["T"],
    "position_ids": ["T"],
    "pad_index": ["B", "L"],
    "unpad_index": ["T"],
    "row_starts": ["B"],
}
OUTPUT = "contribution"

_MASKED = -1e9
_TYPES = {"float32": TensorProto.FLOAT, "float16": TensorProto.FLOAT16, "int8": TensorProto.INT8}


def student_graph(
    student: Student, tensors: Mapping[str, StoredTensor], *, int8: bool = False
) -> bytes:
    """The serialised model; `tensors` tells where each weight lies in the package's files.

    With `int8` the linear layers whose matrices are stored as int8 multiply integers.
    """
    graph = _Int8Graph(tensors) if int8 else _Graph(tensors)
    _StudentGraph(graph, student).build()
    ports = [
        helper.make_tensor_value_info(name, TensorProto.INT32, shape)
        for name, shape in INPUTS.items()
    ]
    result = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["B", student.outputs])
    body = helper.make_graph(graph.nodes, "student", ports, [result], graph.initializers)
    model = helper.make_model(
        body,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="cohort-distiller",
    )
    serialised: bytes = model.SerializeToString(deterministic=True)
    return serialised


class _Graph:
    """Nodes and initializers under construction; values are named by the order of creation."""

    def __init__(self, tensors: Mapping[str, StoredTensor]) -> None:
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        self._tensors = tensors
        self._known: set[str] = set()

    def op(self, kind: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        """Appends a node with one output and returns the output's name."""
        output = output or f"{kind.lower()}_{len(self.nodes)}"
        self.node(kind, inputs, [output], **attributes)
        return output

    def node(
        self, kind: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any
    ) -> None:
        """Appends a node."""
        name = f"node_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, outputs, name=name, **attributes))

    def constant(self, name: str, values: NDArray[np.generic]) -> str:
        """A small constant inside the graph."""
        if name not in self._known:
            self._known.add(name)
            self.initializers.append(numpy_helper.from_array(values, name))
        return name

    def ints(self, *values: int) -> str:
        """A constant int64 vector, such as a shape."""
        return self.constant("ints_" + "_".join(map(str, values)), np.array(values, np.int64))

    def stored(self, name: str) -> str:
        """An initializer that points into a safetensors file."""
        if name not in self._known:
            self._known.add(name)
            self.initializers.append(_external(name, self._tensors[name]))
        return name

    def weight(self, name: str) -> str:
        """A stored tensor as float32, whatever the file holds."""
        stored = self.stored(name)
        if self._tensors[name].dtype == "float32":
            return stored
        values = self.op("Cast", stored, output=f"{name}.float", to=TensorProto.FLOAT)
        if self._tensors[name].dtype == "float16":
            return values
        return self.op("Mul", values, self.stored(name + SCALE), output=f"{name}.value")

    def rows(self, name: str, indices: str) -> str:
        """Rows of a stored table, [T] indices to float32 [T,width]."""
        gathered = self.op("Gather", self.stored(name), indices, axis=0)
        if self._tensors[name].dtype == "float32":
            return gathered
        values = self.op("Cast", gathered, to=TensorProto.FLOAT)
        if self._tensors[name].dtype == "float16":
            return values
        scale = self.op("Gather", self.stored(name + SCALE), indices, axis=0)
        return self.op("Mul", values, self.op("Unsqueeze", scale, self.ints(1)))

    def linear(self, x: str, name: str) -> str:
        """x W + b for the stored matrix `name.weight` [in,out] and `name.bias`."""
        return self.op(
            "Add", self.op("MatMul", x, self.weight(f"{name}.weight")), self.stored(f"{name}.bias")
        )

    def norm(self, x: str, name: str, epsilon: float) -> str:
        """Layer normalisation over the last dimension."""
        return self.op(
            "LayerNormalization",
            x,
            self.stored(f"{name}.weight"),
            self.stored(f"{name}.bias"),
            axis=-1,
            epsilon=epsilon,
        )

    def activate(self, name: str, x: str) -> str:
        """One of the activations of `architecture`."""
        if name == "tanh":
            return self.op("Tanh", x)
        if name == "relu":
            return self.op("Relu", x)
        return self.op("Gelu", x, approximate="tanh" if name == "gelu_tanh" else "none")


class _Int8Graph(_Graph):
    """Linear layers in int8: what they read is quantised when it is there, as `unsigned`."""

    def __init__(self, tensors: Mapping[str, StoredTensor]) -> None:
        super().__init__(tensors)
        self._quantised: dict[str, tuple[str, str, str]] = {}

    def linear(self, x: str, name: str) -> str:
        """Integers times integers, then one scale for each column, then the bias."""
        weight = f"{name}.weight"
        if self._tensors[weight].dtype != "int8":
            return super().linear(x, name)
        values, scale, zero = self._unsigned(x)
        sums = self.op("MatMulInteger", values, self.stored(weight), zero)
        scales = self.op("Mul", scale, self.stored(weight + SCALE))
        product = self.op("Mul", self.op("Cast", sums, to=TensorProto.FLOAT), scales)
        return self.op("Add", product, self.stored(f"{name}.bias"))

    def _unsigned(self, x: str) -> tuple[str, str, str]:
        """x as uint8 with its scale and zero point, made once however many layers read it."""
        if x not in self._quantised:
            names = (f"{x}.uint8", f"{x}.scale", f"{x}.zero")
            self.node("DynamicQuantizeLinear", [x], list(names))
            self._quantised[x] = names
        return self._quantised[x]


class _StudentGraph:
    """Writes one student into a graph."""

    def __init__(self, graph: _Graph, student: Student) -> None:
        self._graph = graph
        self._student = student
        self._shape: Architecture = student.architecture
        self._padding = ""
        self._cells = ""
        self._masked = ""

    def build(self) -> None:
        """Embeddings, layers, pooling, head."""
        graph, student = self._graph, self._student
        self._read_rectangle()
        x = self._embed()
        for number in range(len(student.layers)):
            last = number == len(student.layers) - 1
            x = self._layer(x, f"layers.{number}", first_tokens=last and student.pooling == "cls")
        row = self._mean(x) if student.pooling == "mean" else x
        if student.head.dense_activation is not None:
            row = graph.activate(student.head.dense_activation, graph.linear(row, "head.dense"))
        if student.head.output is not None:
            graph.op("MatMul", row, graph.weight("head.output.weight"), output=OUTPUT)
        else:
            graph.op("Identity", row, output=OUTPUT)

    def _read_rectangle(self) -> None:
        graph = self._graph
        tokens = graph.op("Cast", graph.op("Shape", "input_ids"), to=TensorProto.INT32)
        self._padding = graph.op("Equal", "pad_index", tokens)
        self._cells = graph.op(
            "Where",
            self._padding,
            graph.constant("first_token", np.array(0, np.int32)),
            "pad_index",
        )
        scores = graph.op(
            "Where",
            self._padding,
            graph.constant("masked", np.array(_MASKED, np.float32)),
            graph.constant("visible", np.array(0, np.float32)),
        )
        self._masked = graph.op("Unsqueeze", scores, graph.ints(1, 2))

    def _embed(self) -> str:
        graph, shape = self._graph, self._shape
        x = graph.op(
            "Add",
            graph.rows("embeddings.word.weight", "input_ids"),
            graph.rows("embeddings.position.weight", "position_ids"),
        )
        if shape.token_types:
            x = graph.op("Add", x, graph.rows("embeddings.token_type.weight", "token_type_ids"))
        x = graph.norm(x, "embeddings.norm", shape.layer_norm_eps)
        if shape.embedding != shape.hidden:
            x = graph.linear(x, "embeddings.projection")
        return x

    def _layer(self, x: str, name: str, first_tokens: bool) -> str:
        """[T,H] to [T,H], or to [B,H] where only each row's first token is wanted."""
        graph, shape = self._graph, self._shape
        asking = graph.op("Gather", x, "row_starts", axis=0) if first_tokens else x
        mixed = self._attend(asking, x, f"{name}.attention", first_tokens)
        projected = graph.linear(mixed, f"{name}.attention.output")
        y = graph.norm(
            graph.op("Add", asking, projected), f"{name}.attention.norm", shape.layer_norm_eps
        )
        inner = graph.activate(shape.activation, graph.linear(y, f"{name}.feed_forward.inner"))
        outer = graph.linear(inner, f"{name}.feed_forward.outer")
        return graph.norm(
            graph.op("Add", y, outer), f"{name}.feed_forward.norm", shape.layer_norm_eps
        )

    def _attend(self, asking: str, x: str, name: str, first_tokens: bool) -> str:
        """Mixed values of the asking tokens, heads joined: [B,H] or [T,H]."""
        graph, shape = self._graph, self._shape
        width = shape.hidden // shape.heads
        scale = graph.constant("scale", np.array(width**-0.5, np.float32))
        query = graph.op("Mul", graph.linear(asking, f"{name}.query"), scale)
        if first_tokens:
            query = graph.op("Reshape", query, graph.ints(0, shape.heads, 1, width))
        else:
            query = self._rectangle(query, perm=[0, 2, 1, 3])
        key = self._rectangle(graph.linear(x, f"{name}.key"), perm=[0, 2, 3, 1])
        value = self._rectangle(graph.linear(x, f"{name}.value"), perm=[0, 2, 1, 3])
        scores = graph.op("Add", graph.op("MatMul", query, key), self._masked)
        mixed = graph.op("MatMul", graph.op("Softmax", scores, axis=-1), value)
        joined = graph.op(
            "Reshape", graph.op("Transpose", mixed, perm=[0, 2, 1, 3]), graph.ints(-1, shape.hidden)
        )
        return joined if first_tokens else graph.op("Gather", joined, "unpad_index", axis=0)

    def _rectangle(self, x: str, perm: list[int]) -> str:
        """Tokens [T,H] to the attention rectangle [B,L,heads,width], dimensions permuted."""
        graph, shape = self._graph, self._shape
        cells = graph.op("Gather", x, self._cells, axis=0)
        split = graph.op(
            "Reshape", cells, graph.ints(0, 0, shape.heads, shape.hidden // shape.heads)
        )
        return graph.op("Transpose", split, perm=perm)

    def _mean(self, x: str) -> str:
        """Mean over the tokens of each row, [T,H] to [B,H]."""
        graph = self._graph
        present = graph.op("Cast", graph.op("Not", self._padding), to=TensorProto.FLOAT)
        weight = graph.op("Unsqueeze", present, graph.ints(1))
        total = graph.op(
            "Squeeze",
            graph.op("MatMul", weight, graph.op("Gather", x, self._cells, axis=0)),
            graph.ints(1),
        )
        count = graph.op("ReduceSum", present, graph.ints(1), keepdims=1)
        return graph.op("Div", total, count)


def _external(name: str, tensor: StoredTensor) -> Any:
    proto = TensorProto(name=name, data_type=_TYPES[tensor.dtype], dims=tensor.shape)
    proto.data_location = TensorProto.EXTERNAL
    for key, value in (
        ("location", tensor.file),
        ("offset", str(tensor.offset)),
        ("length", str(tensor.length)),
    ):
        proto.external_data.add(key=key, value=value)
    return proto


def check_graph(path: str) -> None:
    """Checks a graph and its external data with the ONNX checker; raises `ValidationError`."""
    onnx.checker.check_model(path, full_check=True)
