"""Builds the e5 network as an ONNX graph with int8 weights: token ids and mask in, unit-length sentence vectors out."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from shared.adapters.e5.weights import Floats, WeightFile

_OPSET = 20
_IR_VERSION = 9
_MASKED = -1e4
# onnxruntime's fused operator: quantises the left side per call, multiplies in int8, gives back float32.
_RUNTIME_DOMAIN = "com.microsoft"


class _Graph:
    """Collects nodes and constants; every node gets the next number, so that the same model has the same bytes."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: npt.NDArray[Any]) -> str:
        array = value if value.ndim == 0 else np.ascontiguousarray(value)
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def ints(self, name: str, *values: int) -> str:
        return self.constant(name, np.array(values, np.int64))

    def add(self, operator: str, *inputs: str, domain: str = "", output: str = "", **attributes: Any) -> str:
        return self.add_many(operator, inputs, [output or f"{operator}_{len(self.nodes)}"], domain, **attributes)[0]

    def add_many(
        self, operator: str, inputs: tuple[str, ...], outputs: list[str], domain: str = "", **attributes: Any
    ) -> list[str]:
        self.nodes.append(helper.make_node(operator, list(inputs), outputs, domain=domain, **attributes))
        return outputs


def build_graph(weights: WeightFile, ids: list[int]) -> onnx.ModelProto:
    """The whole encoder over the kept vocabulary `ids`. Inputs "ids" and "mask": int64 (batch, tokens); outputs "vectors" (batch, hidden)
    and "states", the words in their context (batch, tokens, hidden).
    """
    graph = _Graph()
    shape = weights.shape
    graph.ints("heads_shape", 0, 0, shape.heads, shape.hidden // shape.heads)
    graph.ints("hidden_shape", 0, 0, shape.hidden)
    graph.ints("axis_1", 1)
    graph.ints("axis_2", 2)
    graph.ints("axes_1_2", 1, 2)
    graph.constant("scale", np.array(1 / math.sqrt(shape.hidden // shape.heads), np.float32))
    mask = graph.add("Cast", "mask", to=TensorProto.FLOAT)
    bias = _mask_bias(graph, mask)
    state = _embedding(graph, weights, np.array(ids))
    for layer in range(shape.layers):
        state = _encoder_layer(graph, weights, f"l{layer}", state, bias)
    _mean_pool(graph, state, mask)
    return _model(graph, shape.hidden)


def _mask_bias(graph: _Graph, mask: str) -> str:
    """0 where there is a token, a large negative number where there is padding, shaped to be added to attention scores."""
    graph.constant("one", np.array(1, np.float32))
    graph.constant("masked", np.array(_MASKED, np.float32))
    return graph.add("Unsqueeze", graph.add("Mul", graph.add("Sub", "one", mask), "masked"), "axes_1_2")


def _embedding(graph: _Graph, weights: WeightFile, ids: npt.NDArray[np.int64]) -> str:
    """Word vectors in int8 with a step per row, plus positions."""
    shape = weights.shape
    words = weights.matrix("emb.word", shape.vocabulary, shape.hidden, only=ids)
    step = np.maximum(np.abs(words).max(axis=1, keepdims=True), 1e-8) / 127
    graph.constant("words", np.round(words / step).astype(np.int8))
    graph.constant("word_steps", step.astype(np.float32))
    positions = weights.vector("emb.pos", shape.positions, shape.hidden)
    kinds = weights.vector("emb.type", shape.token_types, shape.hidden)
    graph.constant("positions", positions + kinds[0])
    graph.constant("zero", np.array(0, np.int64))
    graph.constant("step_1", np.array(1, np.int64))
    length = graph.add("Gather", graph.add("Shape", "ids"), "step_1", axis=0)
    place = graph.add("Gather", "positions", graph.add("Range", "zero", length, "step_1"))
    word = graph.add("Cast", graph.add("Gather", "words", "ids"), to=TensorProto.FLOAT)
    word = graph.add("Mul", word, graph.add("Gather", "word_steps", "ids"))
    return _layer_norm(graph, weights, "emb.ln", graph.add("Add", word, place))


def _encoder_layer(graph: _Graph, weights: WeightFile, name: str, state: str, bias: str) -> str:
    hidden, inner = weights.shape.hidden, weights.shape.inner
    attended = _attention(graph, weights, name, state, bias)
    projected = _linear(graph, weights, [f"{name}.ao"], hidden, hidden, attended)
    state = _layer_norm(graph, weights, f"{name}.aln", graph.add("Add", state, projected))
    wide = graph.add("Gelu", _linear(graph, weights, [f"{name}.fi"], inner, hidden, state))
    narrow = _linear(graph, weights, [f"{name}.fo"], hidden, inner, wide)
    return _layer_norm(graph, weights, f"{name}.oln", graph.add("Add", state, narrow))


def _attention(graph: _Graph, weights: WeightFile, name: str, state: str, bias: str) -> str:
    """Multi-head self-attention; query, key and value are one multiplication."""
    hidden = weights.shape.hidden
    joined = _linear(graph, weights, [f"{name}.{part}" for part in "qkv"], hidden, hidden, state)
    parts = graph.add_many("Split", (joined,), [f"{name}_{part}" for part in "qkv"], axis=-1, num_outputs=3)
    orders = ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3])
    query, key, value = (
        graph.add("Transpose", graph.add("Reshape", part, "heads_shape"), perm=order)
        for part, order in zip(parts, orders, strict=True)
    )
    scores = graph.add("Add", graph.add("Mul", graph.add("MatMul", query, key), "scale"), bias)
    mixed = graph.add("MatMul", graph.add("Softmax", scores, axis=-1), value)
    return graph.add("Reshape", graph.add("Transpose", mixed, perm=[0, 2, 1, 3]), "hidden_shape")


def _linear(graph: _Graph, weights: WeightFile, names: list[str], rows: int, columns: int, state: str) -> str:
    """`state` times the named matrices side by side, plus their biases; int8 with a step per output column."""
    matrix = np.concatenate([weights.matrix(f"{name}.w", rows, columns) for name in names]).T
    bias = np.concatenate([weights.vector(f"{name}.b", rows) for name in names])
    quantised, step = _quantise_columns(matrix)
    prefix = names[0]
    return graph.add(
        "DynamicQuantizeMatMul",
        state,
        graph.constant(f"{prefix}.w", quantised),
        graph.constant(f"{prefix}.step", step),
        graph.constant(f"{prefix}.zero", np.zeros(len(step), np.int8)),
        graph.constant(f"{prefix}.b", bias),
        domain=_RUNTIME_DOMAIN,
    )


def _quantise_columns(matrix: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    """Symmetric int8, one step per column."""
    step = (np.maximum(np.abs(matrix).max(axis=0), 1e-8) / 127).astype(np.float32)
    return np.round(matrix / step).astype(np.int8), step


def _layer_norm(graph: _Graph, weights: WeightFile, name: str, state: str) -> str:
    hidden = weights.shape.hidden
    scale = graph.constant(f"{name}.w", weights.vector(f"{name}.w", hidden))
    shift = graph.constant(f"{name}.b", weights.vector(f"{name}.b", hidden))
    return graph.add("LayerNormalization", state, scale, shift, axis=-1, epsilon=weights.shape.epsilon)


def _mean_pool(graph: _Graph, state: str, mask: str) -> None:
    """Mean over real tokens, scaled to unit length: the length makes dividing by the count unnecessary."""
    graph.add("Identity", state, output="states")
    total = graph.add("ReduceSum", graph.add("Mul", state, graph.add("Unsqueeze", mask, "axis_2")), "axis_1", keepdims=0)
    graph.add("LpNormalization", total, output="vectors", axis=-1, p=2)


def _model(graph: _Graph, hidden: int) -> onnx.ModelProto:
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in ("ids", "mask")]
    outputs = [
        helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", hidden]),
        helper.make_tensor_value_info("states", TensorProto.FLOAT, ["batch", "tokens", hidden]),
    ]
    proto = helper.make_graph(graph.nodes, "e5", inputs, outputs, graph.constants)
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_RUNTIME_DOMAIN, 1)]
    return helper.make_model(proto, opset_imports=opsets, ir_version=_IR_VERSION)
