"""Builds the e5 network as an ONNX graph with int8 weights: token ids and mask in, unit-length sentence vectors out."""

import math
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from shared.adapters.e5.weights import Floats, Shape, WeightFile

_OPSET = 20
_IR_VERSION = 9
_MASKED = -1e4
# So many layers read a question and a passage apart; a reader's own layers then read both together.
APART = 8
# A word's cosine with its nearest of the other side, less this and by this, is what the reader's layers see of it.
MATCH_USUAL, MATCH_SPREAD = 0.45, 0.15
_BEYOND = 9.0
# onnxruntime's fused operator: quantises the left side per call, multiplies in int8, gives back float32.
_RUNTIME_DOMAIN = "com.microsoft"


class LayerWeights(Protocol):
    """Where the tensors of encoder layers come from, by their names in the weight file."""

    @property
    def shape(self) -> Shape: ...

    def vector(self, name: str, *shape: int) -> Floats: ...

    def matrix(self, name: str, rows: int, columns: int) -> Floats: ...


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
    """The whole encoder over the kept vocabulary `ids`. Inputs "ids" and "mask": int64 (batch, tokens); outputs "vectors" (batch, hidden),
    "states", the words in their context (batch, tokens, hidden), and "middle", what they are after `APART` layers.
    """
    graph = _Graph()
    shape = weights.shape
    mask, bias = _begin(graph, shape)
    state = _embedding(graph, weights, np.array(ids))
    for layer in range(shape.layers):
        if layer == APART:
            graph.add("Identity", state, output="middle")
        state = _encoder_layer(graph, weights, f"l{layer}", state, bias)
    _mean_pool(graph, state, mask)
    inputs = [_of_tokens(name, TensorProto.INT64) for name in ("ids", "mask")]
    outputs = [
        helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", shape.hidden]),
        *(_of_tokens(name, TensorProto.FLOAT, shape.hidden) for name in ("states", "middle")),
    ]
    return _model("e5", graph, inputs, outputs)


def build_reader_graph(weights: LayerWeights) -> onnx.ModelProto:
    """The layers that read a question and a passage together.

    Inputs "states" (batch, tokens, hidden): the "middle" of the question's tokens, then of the passage's; int64 (batch, tokens):
    "side", 0 for the question's and 1 for the passage's; "mask", 0 for padding; "content", 0 for padding and marks. Outputs, in
    log-odds: "answers" (batch,), that the passage answers the question; "said" (batch, tokens), that a token is part of the answer.
    """
    graph = _Graph()
    shape = weights.shape
    _, bias = _begin(graph, shape)
    graph.constant("sides", weights.vector("side", 2, shape.hidden))
    match = _match(graph, weights)
    state = graph.add("Add", "states", graph.add("Gather", "sides", "side"))
    graph.constant("match_directions", weights.vector("match", 2, shape.hidden))
    directed = graph.add("Mul", graph.add("Unsqueeze", match, "axis_2"), graph.add("Gather", "match_directions", "side"))
    state = graph.add("Add", state, directed)
    for layer in range(APART, shape.layers):
        state = _encoder_layer(graph, weights, f"l{layer}", state, bias)
    _verdicts(graph, weights, state, match)
    inputs = [
        _of_tokens("states", TensorProto.FLOAT, shape.hidden),
        *(_of_tokens(name, TensorProto.INT64) for name in ("side", "mask", "content")),
    ]
    outputs = [helper.make_tensor_value_info("answers", TensorProto.FLOAT, ["batch"]), _of_tokens("said", TensorProto.FLOAT)]
    return _model("reader", graph, inputs, outputs)


def _match(graph: _Graph, weights: LayerWeights) -> str:
    """How near each word is to its nearest of the other side, as cosine less the mean, scaled to about -1..1; 0 for marks."""
    graph.constant("means", weights.vector("means", 2, weights.shape.hidden))
    graph.constant("usual", np.array(MATCH_USUAL, np.float32))
    graph.constant("spread", np.array(MATCH_SPREAD, np.float32))
    content = graph.add("Cast", "content", to=TensorProto.FLOAT)
    side = graph.add("Cast", "side", to=TensorProto.FLOAT)
    moved = graph.add("Sub", "states", graph.add("Gather", "means", "side"))
    unit = graph.add("LpNormalization", moved, axis=-1, p=2)
    alike = graph.add("MatMul", unit, graph.add("Transpose", unit, perm=[0, 2, 1]))
    rows, columns = (graph.add("Unsqueeze", side, axis) for axis in ("axis_2", "axis_1"))
    across = graph.add("Abs", graph.add("Sub", rows, columns))
    words = graph.add("Mul", graph.add("Unsqueeze", content, "axis_2"), graph.add("Unsqueeze", content, "axis_1"))
    allowed = graph.add("Mul", across, words)
    kept = graph.add("Add", graph.add("Mul", alike, allowed), graph.add("Sub", allowed, "one"))
    best = graph.add("ReduceMax", kept, "axis_2", keepdims=0)
    return graph.add("Mul", graph.add("Div", graph.add("Sub", best, "usual"), "spread"), content)


def _verdicts(graph: _Graph, weights: LayerWeights, state: str, match: str) -> None:
    """The first token speaks for the whole, with how well the question's words are met; every token for itself."""
    hidden = weights.shape.hidden
    met = _met(graph, match)
    graph.ints("first", 0)
    first = graph.add("Squeeze", graph.add("Slice", state, "first", "axis_1", "axis_1"), "axis_1")
    wide = _plain_linear(graph, weights, "answers.wide", hidden, hidden, first)
    stat = graph.constant("answers.stat.w", weights.matrix("answers.stat.w", hidden, 2).T)
    wide = graph.add("Tanh", graph.add("Add", wide, graph.add("MatMul", met, stat)))
    skip = graph.constant("answers.skip.w", weights.matrix("answers.skip.w", 1, 2).T)
    verdict = graph.add("Add", _plain_linear(graph, weights, "answers.one", 1, hidden, wide), graph.add("MatMul", met, skip))
    graph.add("Squeeze", verdict, "axis_1", output="answers")
    said = graph.add("Squeeze", _plain_linear(graph, weights, "said", 1, hidden, state), "axis_2")
    graph.add("Add", said, graph.add("Mul", match, graph.constant("said.skip", weights.vector("said.skip", 1))), output="said")


def _met(graph: _Graph, match: str) -> str:
    """The mean and the worst match of the question's words: (batch, 2)."""
    graph.constant("beyond", np.array(_BEYOND, np.float32))
    content = graph.add("Cast", "content", to=TensorProto.FLOAT)
    words = graph.add("Mul", content, graph.add("Sub", "one", graph.add("Cast", "side", to=TensorProto.FLOAT)))
    count = graph.add("Max", graph.add("ReduceSum", words, "axis_1", keepdims=1), "one")
    mean = graph.add("Div", graph.add("ReduceSum", graph.add("Mul", match, words), "axis_1", keepdims=1), count)
    others = graph.add("Mul", graph.add("Sub", "one", words), "beyond")
    worst = graph.add("ReduceMin", graph.add("Add", graph.add("Mul", match, words), others), "axis_1", keepdims=1)
    return graph.add("Concat", mean, worst, axis=1)


def _plain_linear(graph: _Graph, weights: LayerWeights, name: str, rows: int, columns: int, state: str) -> str:
    """`state` times a small matrix, in full precision."""
    product = graph.add("MatMul", state, graph.constant(f"{name}.w", weights.matrix(f"{name}.w", rows, columns).T))
    return graph.add("Add", product, graph.constant(f"{name}.b", weights.vector(f"{name}.b", rows)))


def _begin(graph: _Graph, shape: Shape) -> tuple[str, str]:
    """The constants of every encoder layer; return the mask as numbers, and as what is added to attention scores."""
    graph.ints("heads_shape", 0, 0, shape.heads, shape.hidden // shape.heads)
    graph.ints("hidden_shape", 0, 0, shape.hidden)
    graph.ints("axis_1", 1)
    graph.ints("axis_2", 2)
    graph.ints("axes_1_2", 1, 2)
    graph.constant("scale", np.array(1 / math.sqrt(shape.hidden // shape.heads), np.float32))
    mask = graph.add("Cast", "mask", to=TensorProto.FLOAT)
    return mask, _mask_bias(graph, mask)


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


def _encoder_layer(graph: _Graph, weights: LayerWeights, name: str, state: str, bias: str) -> str:
    hidden, inner = weights.shape.hidden, weights.shape.inner
    attended = _attention(graph, weights, name, state, bias)
    projected = _linear(graph, weights, [f"{name}.ao"], hidden, hidden, attended)
    state = _layer_norm(graph, weights, f"{name}.aln", graph.add("Add", state, projected))
    wide = graph.add("Gelu", _linear(graph, weights, [f"{name}.fi"], inner, hidden, state))
    narrow = _linear(graph, weights, [f"{name}.fo"], hidden, inner, wide)
    return _layer_norm(graph, weights, f"{name}.oln", graph.add("Add", state, narrow))


def _attention(graph: _Graph, weights: LayerWeights, name: str, state: str, bias: str) -> str:
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


def _linear(graph: _Graph, weights: LayerWeights, names: list[str], rows: int, columns: int, state: str) -> str:
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


def _layer_norm(graph: _Graph, weights: LayerWeights, name: str, state: str) -> str:
    hidden = weights.shape.hidden
    scale = graph.constant(f"{name}.w", weights.vector(f"{name}.w", hidden))
    shift = graph.constant(f"{name}.b", weights.vector(f"{name}.b", hidden))
    return graph.add("LayerNormalization", state, scale, shift, axis=-1, epsilon=weights.shape.epsilon)


def _mean_pool(graph: _Graph, state: str, mask: str) -> None:
    """Mean over real tokens, scaled to unit length: the length makes dividing by the count unnecessary."""
    graph.add("Identity", state, output="states")
    total = graph.add("ReduceSum", graph.add("Mul", state, graph.add("Unsqueeze", mask, "axis_2")), "axis_1", keepdims=0)
    graph.add("LpNormalization", total, output="vectors", axis=-1, p=2)


def _of_tokens(name: str, kind: int, *more: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, ["batch", "tokens", *more])


def _model(name: str, graph: _Graph, inputs: list[onnx.ValueInfoProto], outputs: list[onnx.ValueInfoProto]) -> onnx.ModelProto:
    proto = helper.make_graph(graph.nodes, name, inputs, outputs, graph.constants)
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_RUNTIME_DOMAIN, 1)]
    return helper.make_model(proto, opset_imports=opsets, ir_version=_IR_VERSION)
