"""Batches for the reader: all passages of a question stay together, so that they can be held against each other."""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from shared.adapters.e5.reader import MARKS
from training.examples import Example, Material

_BATCH_TOKENS, _BUCKET = 4500, 500
_NOBODY = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A question with its passages: one that answers it, if any, and others that look as if they did."""

    found: Material
    examples: tuple[Example, ...]

    @property
    def length(self) -> int:
        """How many tokens the longest pair has."""
        ahead = len(self.found.questions[self.examples[0].question].middle)
        return ahead + max(len(self.found.passages[one.passage].middle) for one in self.examples)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Padded pairs as a reader lays them out at run time. `rivals` (groups, most): rows of the batch, -1 for none.

    `alone`: the pair is a question with a passage that does not answer it, and no other.
    """

    states: torch.Tensor
    side: torch.Tensor
    mask: torch.Tensor
    content: torch.Tensor
    said: torch.Tensor
    answers: torch.Tensor
    alone: torch.Tensor
    rivals: torch.Tensor


def groups(found: Material) -> list[Group]:
    """Return the examples of each question together."""
    together: dict[int, list[Example]] = defaultdict(list)
    for one in found.examples:
        together[one.question].append(one)
    return [Group(found=found, examples=tuple(examples)) for examples in together.values()]


def batches(asked: Sequence[Group], chance: random.Random) -> Iterator[list[Group]]:
    """Give groups of like length together, in any order."""
    shuffled = chance.sample(asked, len(asked))
    made: list[list[Group]] = []
    for start in range(0, len(shuffled), _BUCKET):
        batch: list[Group] = []
        rows = 0
        for one in sorted(shuffled[start : start + _BUCKET], key=lambda one: one.length):
            if batch and (rows + len(one.examples)) * one.length > _BATCH_TOKENS:
                made.append(batch)
                batch, rows = [], 0
            batch.append(one)
            rows += len(one.examples)
        made.append(batch)
    chance.shuffle(made)
    yield from made


def collated(batch: Sequence[Group], hidden: int) -> Batch:
    """One padded batch."""
    pairs = [(group.found, one) for group in batch for one in group.examples]
    ahead = max(len(found.questions[one.question].middle) for found, one in pairs)
    behind = max(len(found.passages[one.passage].middle) for found, one in pairs)
    states = np.zeros((len(pairs), ahead + behind, hidden), np.float32)
    side, mask, content, said = (np.zeros(states.shape[:2], np.float32) for _ in range(4))
    side[:, ahead:] = 1
    for row, (found, one) in enumerate(pairs):
        for begin, text in ((0, found.questions[one.question]), (ahead, found.passages[one.passage])):
            end = begin + len(text.middle)
            states[row, begin:end], mask[row, begin:end], content[row, begin + MARKS : end - 1] = text.middle, 1, 1
        first = ahead + found.passages[one.passage].opening
        said[row, first : first + len(one.said)] = one.said
    return Batch(
        states=torch.from_numpy(states).bfloat16(),
        side=torch.from_numpy(side),
        mask=torch.from_numpy(mask),
        content=torch.from_numpy(content),
        said=torch.from_numpy(said),
        answers=torch.tensor([float(one.answers) for _, one in pairs]),
        alone=torch.tensor([float(len(group.examples) == 1 and not one.answers) for group in batch for one in group.examples]),
        rivals=_rivals(batch),
    )


def _rivals(batch: Sequence[Group]) -> torch.Tensor:
    rows = torch.full((len(batch), max(len(group.examples) for group in batch)), _NOBODY)
    first = 0
    for place, group in enumerate(batch):
        rows[place, : len(group.examples)] = torch.arange(first, first + len(group.examples))
        first += len(group.examples)
    return rows
