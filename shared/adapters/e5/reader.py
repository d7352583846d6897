"""Reader: question and passage go through the model's last layers together, trained to say whether, and where, one answers the other.

The lower layers read both apart, as for the embedding, so that what was read of a passage is kept (DeFormer, Cao et al., ACL
2020); `training/` fits the upper ones.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np

from shared.adapters.e5.embedder import batches_by_length, open_session
from shared.adapters.e5.model_folder import READER_FILE
from shared.adapters.e5.weights import Floats
from shared.adapters.e5.word_memory import ReadText, WordMemory
from shared.domain.errors import DependencyUnavailableError
from shared.domain.knowledge import Chunk, Verdict
from shared.domain.language import Language

_TOKENS_PER_RUN = 768
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
        found: list[Verdict] = [Verdict(answers=_UNREAD)] * len(passages)
        for batch in batches_by_length([range(len(passage.middle) + len(asked.middle)) for passage in passages], _TOKENS_PER_RUN):
            for place, verdict in zip(batch, self._run(asked, [passages[i] for i in batch]), strict=True):
                found[place] = verdict
        return found

    def _run(self, asked: ReadText, passages: Sequence[ReadText]) -> list[Verdict]:
        ahead, width = len(asked.middle), max(len(passage.middle) for passage in passages)
        states = np.zeros((len(passages), ahead + width, asked.middle.shape[1]), np.float32)
        side, mask, content = (np.zeros(states.shape[:2], np.int64) for _ in range(3))
        side[:, ahead:] = 1
        for row, passage in enumerate(passages):
            for begin, text in ((0, asked), (ahead, passage)):
                end = begin + len(text.middle)
                states[row, begin:end], mask[row, begin:end], content[row, begin + MARKS : end - 1] = text.middle, 1, 1
        inputs = {"states": states, "side": side, "mask": mask, "content": content}
        answers, said = cast("list[Floats]", self._session.run(["answers", "said"], inputs))
        return [
            Verdict(answers=float(answers[row]), units=_of_units(passage, said[row, ahead:]))
            for row, passage in enumerate(passages)
        ]


def _of_units(passage: ReadText, said: Floats) -> tuple[float, ...]:
    """A unit is as likely said as the likeliest of its words."""
    words = said[passage.opening :]
    return tuple(float(words[begin:end].max()) if end > begin else _UNREAD for begin, end in passage.bounds)
