"""Trains the reader: `python -m training.fit_reader --write`; see README.md for its environment and for public data."""

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from shared.adapters.e5.embedder import E5Embedder
from shared.adapters.e5.export import export_model
from shared.adapters.e5.reader import MARKS
from shared.adapters.e5.reader_weights import READER_WEIGHTS, save_reader_weights
from shared.adapters.e5.weights import WeightFile, locate_weights
from training.examples import Example, Material, material, squad, written
from training.network import Reader, tensors

_BATCH_TOKENS, _BUCKET, _WARM_UP, _FLOOR = 4500, 2000, 60, 0.02
# Answers are short: their words weigh more than the others of a passage.
_SAID_WEIGHT = 3.0
_REPORT_EVERY = 50
Bound = tuple[Material, Example]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    states: torch.Tensor
    side: torch.Tensor
    mask: torch.Tensor
    content: torch.Tensor
    said: torch.Tensor
    answers: torch.Tensor


def batches(examples: Sequence[Bound], chance: random.Random) -> Iterator[list[Bound]]:
    """Examples of like length together, in any order."""
    shuffled = chance.sample(examples, len(examples))
    made: list[list[Bound]] = []
    for start in range(0, len(shuffled), _BUCKET):
        part = sorted(shuffled[start : start + _BUCKET], key=_length)
        batch: list[Bound] = []
        for one in part:
            if batch and (len(batch) + 1) * _length(one) > _BATCH_TOKENS:
                made.append(batch)
                batch = []
            batch.append(one)
        made.append(batch)
    chance.shuffle(made)
    yield from made


def _length(one: Bound) -> int:
    found, example = one
    return len(found.questions[example.question].middle) + len(found.passages[example.passage].middle)


def collated(batch: Sequence[Bound], hidden: int) -> Batch:
    """One padded batch, laid out as the reader lays it out at run time."""
    ahead = max(len(found.questions[one.question].middle) for found, one in batch)
    behind = max(len(found.passages[one.passage].middle) for found, one in batch)
    states = np.zeros((len(batch), ahead + behind, hidden), np.float32)
    side, mask, content, said = (np.zeros(states.shape[:2], np.float32) for _ in range(4))
    side[:, ahead:] = 1
    for row, (found, one) in enumerate(batch):
        for begin, text in ((0, found.questions[one.question]), (ahead, found.passages[one.passage])):
            end = begin + len(text.middle)
            states[row, begin:end], mask[row, begin:end], content[row, begin + MARKS : end - 1] = text.middle, 1, 1
        first = ahead + found.passages[one.passage].opening
        said[row, first : first + len(one.said)] = one.said
    answers = torch.tensor([float(one.answers) for _, one in batch])
    side_, mask_, content_, said_ = (torch.from_numpy(array) for array in (side, mask, content, said))
    return Batch(
        states=torch.from_numpy(states).bfloat16(), side=side_, mask=mask_, content=content_, said=said_, answers=answers
    )


def fit(reader: Reader, examples: Sequence[Bound], minutes: float, rate: float) -> dict[str, torch.Tensor]:
    """Train for so long, with a falling rate; return the parameters in full precision.

    The layers compute in bfloat16; what is learned per step would be lost in it, so the optimiser works on copies in float32.
    """
    chance = random.Random(3)  # noqa: S311
    masters = {name: value.detach().clone().float().requires_grad_(True) for name, value in reader.named_parameters()}
    reader.to(torch.bfloat16).train()
    decayed = [value for value in masters.values() if value.dim() > 1]
    plain = [value for value in masters.values() if value.dim() <= 1]
    groups = [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98))
    began, losses = time.monotonic(), []
    while True:
        for batch in batches(examples, chance):
            gone = (time.monotonic() - began) / (minutes * 60)
            if gone >= 1:
                return masters
            for group in optimiser.param_groups:
                group["lr"] = rate * min(1.0, (len(losses) + 1) / _WARM_UP) * max(_FLOOR, 1 - gone)
            losses.append(_step(reader, masters, optimiser, collated(batch, reader.means.shape[1])))
            if len(losses) % _REPORT_EVERY == 0:
                print(f"{gone:4.0%} step {len(losses)} loss {np.mean(losses[-_REPORT_EVERY:]):.4f}", flush=True)


def _step(reader: Reader, masters: dict[str, torch.Tensor], optimiser: torch.optim.Optimizer, batch: Batch) -> float:
    answers, said = reader(batch.states, batch.side, batch.mask, batch.content)
    loss = functional.binary_cross_entropy_with_logits(answers, batch.answers)
    counted = (batch.answers[:, None] > 0) * batch.side * batch.mask
    weight = (1 + (_SAID_WEIGHT - 1) * batch.said) * counted
    words = functional.binary_cross_entropy_with_logits(said, batch.said, reduction="none")
    loss = loss + (words * weight).sum() / (counted.sum() + 1)
    loss.backward()
    parameters = dict(reader.named_parameters())
    for name, master in masters.items():
        gradient = parameters[name].grad
        master.grad = None if gradient is None else gradient.float()
        parameters[name].grad = None
    torch.nn.utils.clip_grad_norm_(list(masters.values()), 1.0)
    optimiser.step()
    with torch.no_grad():
        for name, master in masters.items():
            parameters[name].copy_(master)
    return float(loss.detach())


def mean_words(found: Material) -> torch.Tensor:
    """The mean middle state of questions' words, and of passages'."""
    rows = [np.concatenate([one.middle[MARKS:-1] for one in texts]).mean(0) for texts in (found.questions, found.passages)]
    return torch.from_numpy(np.array(rows, np.float32))


def main() -> None:
    """Read the material, train, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reading", type=Path, default=Path(__file__).parent / "reading")
    parser.add_argument("--squad", nargs=2, action="append", default=[], metavar=("LANGUAGE", "FILE"))
    parser.add_argument("--across", nargs=3, action="append", default=[], metavar=("LANGUAGE", "FILE", "QUESTIONS"))
    parser.add_argument("--model", type=Path, default=Path("var/models/e5"))
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--write", action="store_true", help=f"write {READER_WEIGHTS.name}")
    options = parser.parse_args()
    chance = random.Random(11)  # noqa: S311
    torch.manual_seed(3)
    export_model(options.model)
    embedder = E5Embedder(options.model, None)
    own = material(*written(sorted(options.reading.glob("*.jsonl"))), embedder, chance)
    others = [material(*squad(Path(file), language, chance), embedder, chance) for language, file in options.squad]
    others += [
        material(*squad(Path(file), language, chance, Path(asked)), embedder, chance) for language, file, asked in options.across
    ]
    examples = [(found, one) for found in (own, own, *others) for one in found.examples]
    print(f"{len(examples)} examples", flush=True)
    weights = WeightFile(locate_weights())
    reader = Reader(weights, mean_words(own))
    found, rounded = tensors(reader, fit(reader, examples, options.minutes, options.rate))
    if options.write:
        save_reader_weights(found, rounded)


if __name__ == "__main__":
    main()
