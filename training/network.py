"""The reader's layers in torch, begun from the embedding model's own last ones; the twin of `build_reader_graph`."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from shared.adapters.e5.graph import APART, MATCH_SPREAD, MATCH_USUAL
from shared.adapters.e5.reader_weights import ReaderWeights
from shared.adapters.e5.weights import Floats, WeightFile

_MASKED, _BEYOND, _LABEL_SPREAD = -1e4, 9.0, 0.05


class Layer(nn.Module):
    """One encoder layer under the names of the weight file."""

    def __init__(self, weights: WeightFile | ReaderWeights, name: str) -> None:
        super().__init__()
        shape = weights.shape
        self.name, self.heads = name, shape.heads
        sizes = {
            **dict.fromkeys(("q", "k", "v", "ao"), (shape.hidden, shape.hidden)),
            "fi": (shape.inner, shape.hidden),
            "fo": (shape.hidden, shape.inner),
        }
        for part, (rows, columns) in sizes.items():
            linear = nn.Linear(columns, rows)
            linear.weight.data = torch.tensor(weights.matrix(f"{name}.{part}.w", rows, columns))
            linear.bias.data = torch.tensor(weights.vector(f"{name}.{part}.b", rows).copy())
            setattr(self, part, linear)
        for part in ("aln", "oln"):
            norm = nn.LayerNorm(shape.hidden, shape.epsilon)
            norm.weight.data = torch.tensor(weights.vector(f"{name}.{part}.w", shape.hidden).copy())
            norm.bias.data = torch.tensor(weights.vector(f"{name}.{part}.b", shape.hidden).copy())
            setattr(self, part, norm)

    def forward(self, state: Tensor, bias: Tensor) -> Tensor:
        batch, tokens, hidden = state.shape
        query, key, value = (part(state).view(batch, tokens, self.heads, -1).transpose(1, 2) for part in (self.q, self.k, self.v))
        # By hand: the fused kernel's way back is slow on processors.
        attention = torch.softmax(query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5 + bias, -1) @ value
        state = self.aln(state + self.ao(attention.transpose(1, 2).reshape(batch, tokens, hidden)))
        return self.oln(state + self.fo(functional.gelu(self.fi(state))))


class Reader(nn.Module):
    """States of both texts in, log-odds out. `means` (2, hidden): the mean word of questions and of passages."""

    def __init__(self, weights: WeightFile | ReaderWeights, means: Tensor) -> None:
        super().__init__()
        hidden = weights.shape.hidden
        self.layers = nn.ModuleList(Layer(weights, f"l{number}") for number in range(APART, weights.shape.layers))
        self.side = nn.Parameter(torch.zeros(2, hidden))
        self.match = nn.Parameter(torch.randn(2, hidden) * _LABEL_SPREAD)
        self.wide, self.stat = nn.Linear(hidden, hidden), nn.Linear(2, hidden, bias=False)
        self.one, self.skip = nn.Linear(hidden, 1), nn.Linear(2, 1, bias=False)
        self.said, self.said_skip = nn.Linear(hidden, 1), nn.Parameter(torch.zeros(1))
        nn.init.zeros_(self.one.weight)
        self.register_buffer("means", means)

    def forward(self, states: Tensor, side: Tensor, mask: Tensor, content: Tensor) -> tuple[Tensor, Tensor]:
        with torch.no_grad():
            match = self._match(states, side, content).to(states.dtype)
            words = content * (1 - side)
            mean = (match * words).sum(1) / words.sum(1).clamp(min=1)
            worst = (match * words + (1 - words) * _BEYOND).min(1).values
            met = torch.stack([mean, worst], 1).to(states.dtype)
        state = states + self.side[side.long()] + match[:, :, None] * self.match[side.long()]
        bias = ((1 - mask) * _MASKED)[:, None, None, :].to(states.dtype)
        for layer in self.layers:
            state = layer(state, bias)
        answers = self.one(torch.tanh(self.wide(state[:, 0]) + self.stat(met))) + self.skip(met)
        said = self.said(state)[:, :, 0] + self.said_skip * match
        return answers[:, 0].float(), said.float()

    def _match(self, states: Tensor, side: Tensor, content: Tensor) -> Tensor:
        unit = functional.normalize(states - self.means[side.long()], dim=-1)
        alike = (unit @ unit.transpose(1, 2)).float()
        allowed = (side[:, :, None] != side[:, None, :]) * content[:, :, None] * content[:, None, :]
        best = alike.masked_fill(allowed == 0, -1.0).max(2).values
        return (best - MATCH_USUAL) / MATCH_SPREAD * content


def resumed(weights: ReaderWeights) -> Reader:
    """Return a reader as it was written, to be trained on."""
    hidden = weights.shape.hidden
    reader = Reader(weights, torch.tensor(weights.vector("means", 2, hidden)))
    with torch.no_grad():
        for name, value in reader.named_parameters():
            written = _name_of(name)
            if value.dim() == 2:
                value.copy_(torch.from_numpy(weights.matrix(written, *value.shape)))
            else:
                value.copy_(torch.from_numpy(weights.vector(written, *value.shape)))
    return reader


def tensors(reader: Reader, masters: Mapping[str, Tensor]) -> tuple[dict[str, Floats], frozenset[str]]:
    """Return the tensors under the names that `build_reader_graph` reads, and which of them may be rounded to int8."""
    found: dict[str, Floats] = {"means": reader.means.float().numpy()}
    for name, value in masters.items():
        found[_name_of(name)] = np.array(value.detach().float())
    rounded = {name for name in found if name.startswith("l") and name.endswith(".w") and found[name].ndim == 2}
    return found, frozenset(rounded | {"answers.wide.w"})


def _name_of(parameter: str) -> str:
    heads = {"wide": "answers.wide", "stat": "answers.stat", "one": "answers.one", "skip": "answers.skip"}
    if parameter in ("side", "match"):
        return parameter
    if parameter == "said_skip":
        return "said.skip"
    *path, kind = parameter.split(".")
    suffix = {"weight": "w", "bias": "b"}[kind]
    if path[0] == "layers":
        return f"l{APART + int(path[1])}.{path[2]}.{suffix}"
    return f"{heads.get(path[0], path[0])}.{suffix}"
