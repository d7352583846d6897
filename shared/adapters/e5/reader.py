"""Reader: question and passage go through the model's last layers together, trained to say whether, and where, one answers the other.

The lower layers read both apart, as for the embedding, so that what was read of a passage is kept (DeFormer, Cao et al., ACL
2020); `training/` fits the upper ones.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np

from shared.adapters.e5.embedder import open_session
from shared.adapters.e5.model_folder import READER_FILE
from shared.adapters.e5.weights import Floats
from shared.adapters.e5.word_memory import ReadText, WordMemory
from shared.domain.errors import DependencyUnavailableError
from shared.domain.knowledge import Chunk, Verdict
from shared.domain.language import Language

# So many marks stand before a text, as the layers were trained; one stands behind it.
MARKS = 3
# Log-odds of a unit of which nothing was read.
_UNREAD = -10.0


class E5Reader:
    """Port PassageReader. Safe to call from several threads."""

    def __init__(self, folder: Path, memory: WordMemory) -> None:
        """Load from the exported model's `folder`. Raises DependencyUnavailableError when it is not there or does not load."""
        self._memory = memory
        try:
            self._session = open_session(folder / READER_FILE)
        except Exception as error:  # onnxruntime raises bare classes of its own
            raise DependencyUnavailableError("reader", f"the model in {folder} does not load; delete the folder") from error

    def read(self, question: str, language: Language, chunks: Sequence[Chunk]) -> Sequence[Verdict]:
        """Return one Verdict per chunk; about 5 ms of CPU for each short passage that was read lately, twice that otherwise."""
        if not question.strip() or not chunks:
            return [Verdict(answers=_UNREAD) for _ in chunks]
        asked = self._memory.question(question, language)
        passages = self._memory.passages(chunks)
        return [self._run(asked, passage) for passage in passages]

    def _run(self, asked: ReadText, passage: ReadText) -> Verdict:
        ahead = len(asked.middle)
        states = np.concatenate([asked.middle, passage.middle]).astype(np.float32)
        side, content = np.zeros(len(states), np.int64), np.zeros(len(states), np.int64)
        side[ahead:] = 1
        for begin, text in ((0, asked), (ahead, passage)):
            content[begin + MARKS : begin + len(text.middle) - 1] = 1
        inputs = {"states": states, "side": side, "mask": np.ones_like(side), "content": content}
        found = self._session.run(["answers", "said"], {name: value[None] for name, value in inputs.items()})
        answers, said = cast("list[Floats]", found)
        return Verdict(answers=float(answers[0]), units=_of_units(passage, said[0, ahead:]))


def _of_units(passage: ReadText, said: Floats) -> tuple[float, ...]:
    """A unit is as likely said as the likeliest of its words."""
    words = said[passage.opening :]
    return tuple(float(words[begin:end].max()) if end > begin else _UNREAD for begin, end in passage.bounds)
