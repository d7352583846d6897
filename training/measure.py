"""How well a reader does on companies that it has not seen: what it puts first, and how well it tells near misses."""

import random
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch

from training.batches import batches, collated, groups
from training.examples import Material
from training.network import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """`first`: share of answerable questions whose passage is put before all near ones; `apart`: AUC of questions that their passage
    answers against near misses of it.
    """

    questions: int
    first: float
    apart: float


def measure(reader: Reader, found: Material) -> Measured:
    """Read each question with the passages of its examples; those of `found` hold all the nearest."""
    asked = groups(found)
    own: dict[bool, list[float]] = {True: [], False: []}
    firsts: list[bool] = []
    hidden = reader.means.shape[1]
    reader = deepcopy(reader).to(torch.bfloat16).eval()
    with torch.no_grad():
        for batch in batches(asked, random.Random(0)):  # noqa: S311
            laid = collated(batch, hidden)
            answers, _ = reader(laid.states, laid.side, laid.mask, laid.content)
            for group, rows in zip(batch, laid.rivals, strict=True):
                scores = answers[rows[rows >= 0]]
                right = [one.answers for one in group.examples]
                own[right[0]].append(float(scores[0]))
                if right[0]:
                    firsts.append(int(scores.argmax()) == 0)
    answerable, others = np.array(own[True]), np.array(own[False])
    return Measured(
        questions=len(asked), first=float(np.mean(firsts)), apart=float((answerable[:, None] > others[None, :]).mean())
    )
