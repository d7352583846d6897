"""Trains the reader: `python -m training.fit_reader --out reader.npz`; see README.md for its environment and for public data."""

import argparse
import random
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from shared.adapters.e5.embedder import E5Embedder
from shared.adapters.e5.export import export_model
from shared.adapters.e5.reader import MARKS
from shared.adapters.e5.reader_weights import READER_WEIGHTS, ReaderWeights, save_reader_weights
from shared.adapters.e5.weights import WeightFile, locate_weights
from training.batches import Batch, Group, batches, collated, groups
from training.examples import Material, material, only, squad, without, written
from training.measure import measure
from training.network import Reader, resumed, tensors

_WARM_UP, _FLOOR = 60, 0.02
# Answers are short: their words weigh more than the others of a passage.
_SAID_WEIGHT = 3.0
# What it weighs that the passage which answers stands before the others of its question.
_ORDER_WEIGHT = 0.5
# A near miss is what a reader is for; there are three for every twenty pairs.
_NEAR_MISS_WEIGHT = 3.0
_REPORT_EVERY = 50


def fit(reader: Reader, asked: Sequence[Group], minutes: float, rate: float) -> dict[str, torch.Tensor]:
    """Train for so long, with a falling rate; return the parameters in full precision.

    The layers compute in bfloat16; what is learned per step would be lost in it, so the optimiser works on copies in float32.
    """
    chance = random.Random(3)  # noqa: S311
    masters = {name: value.detach().clone().float().requires_grad_(True) for name, value in reader.named_parameters()}
    reader.to(torch.bfloat16).train()
    decayed = [value for value in masters.values() if value.dim() > 1]
    plain = [value for value in masters.values() if value.dim() <= 1]
    parameters = [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(parameters, lr=rate, betas=(0.9, 0.98))
    began, losses = time.monotonic(), []
    while True:
        for batch in batches(asked, chance):
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
    weight = 1 + (_NEAR_MISS_WEIGHT - 1) * batch.alone
    loss = functional.binary_cross_entropy_with_logits(answers, batch.answers, weight)
    loss = loss + _ORDER_WEIGHT * _disorder(answers, batch)
    counted = (batch.answers[:, None] > 0) * batch.side * batch.mask
    emphasis = (1 + (_SAID_WEIGHT - 1) * batch.said) * counted
    words = functional.binary_cross_entropy_with_logits(said, batch.said, reduction="none")
    loss = loss + (words * emphasis).sum() / (counted.sum() + 1)
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


def _disorder(answers: torch.Tensor, batch: Batch) -> torch.Tensor:
    """How unlikely the passages that answer are among those of their question; nothing for a question that has none."""
    absent = batch.rivals < 0
    rivals = batch.rivals.clamp(min=0)
    right = batch.answers[rivals].masked_fill(absent, 0.0)
    surprise = -torch.log_softmax(answers[rivals].masked_fill(absent, -torch.inf), 1).masked_fill(absent, 0.0)
    return (surprise * right).sum() / right.sum().clamp(min=1)


def mean_words(found: Material) -> torch.Tensor:
    """The mean middle state of questions' words, and of passages'."""
    rows = [np.concatenate([one.middle[MARKS:-1] for one in texts]).mean(0) for texts in (found.questions, found.passages)]
    return torch.from_numpy(np.array(rows, np.float32))


def main() -> None:
    """Read the material, train, measure on companies that were held out, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reading", type=Path, default=Path(__file__).parent / "reading")
    parser.add_argument("--squad", nargs=2, action="append", default=[], metavar=("LANGUAGE", "FILE"))
    parser.add_argument("--across", nargs=3, action="append", default=[], metavar=("LANGUAGE", "FILE", "QUESTIONS"))
    parser.add_argument("--model", type=Path, default=Path("var/models/e5"))
    parser.add_argument(
        "--onward", action="store_true", help="train the shipped reader on, instead of the embedding model's layers"
    )
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--out", type=Path, help=f"write the weights here, {READER_WEIGHTS.name} to ship them")
    options = parser.parse_args()
    chance = random.Random(11)  # noqa: S311
    torch.manual_seed(3)
    export_model(options.model)
    embedder = E5Embedder(options.model, None)
    files = sorted(options.reading.glob("*.jsonl"))
    sources, asked = written(files)
    held = (options.reading / "held_out.txt").read_text().split()
    unseen = material(*only(sources, asked, held), embedder, chance, all_near=True)
    own = material(*without(sources, asked, held), embedder, chance)
    others = [material(*squad(Path(file), language, chance), embedder, chance) for language, file in options.squad]
    others += [
        material(*squad(Path(file), language, chance, Path(asked_in)), embedder, chance)
        for language, file, asked_in in options.across
    ]
    trained = [group for found in (own, *others) for group in groups(found)]
    print(f"{len(trained)} questions, {sum(len(one.examples) for one in trained)} pairs", flush=True)
    weights = WeightFile(locate_weights())
    reader = resumed(ReaderWeights(weights.shape)) if options.onward else Reader(weights, mean_words(own))
    print(f"before: {measure(reader, unseen)}", flush=True)
    found, rounded = tensors(reader, fit(reader, trained, options.minutes, options.rate))
    print(f"after: {measure(reader, unseen)}", flush=True)
    if options.out:
        save_reader_weights(found, rounded, options.out)


if __name__ == "__main__":
    main()
