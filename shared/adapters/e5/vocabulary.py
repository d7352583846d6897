"""The Chinese and English part of the e5 vocabulary, and text to token ids with it."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import Unigram

from shared.adapters.e5.weights import Pieces

_SPACE_MARK = "\u2581"

# Pieces made only of these can occur in Chinese or English text: Latin with accents, punctuation, symbols, Han, full width.
_KEPT = re.compile(
    "["
    "\u2581"
    "\u0020-\u007e\u00a0-\u024f"
    "\u2010-\u2027\u2030-\u205e\u20a0-\u20cf\u2100-\u27bf"
    "\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff5e\uffe5"
    r"]+\Z"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Pieces by new id, their scores, special ids and single-character replacements: what `vocab.json` holds."""

    texts: Sequence[str]
    scores: Sequence[float]
    bos: int
    eos: int
    pad: int
    unknown: int
    replacements: dict[int, str]

    def save(self, path: Path) -> None:
        """Write it as JSON; the same vocabulary gives the same bytes."""
        data = {
            "texts": list(self.texts),
            "scores": [round(score, 5) for score in self.scores],
            "special": [self.bos, self.eos, self.pad, self.unknown],
            "replacements": {str(code): text for code, text in sorted(self.replacements.items())},
        }
        path.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")

    @staticmethod
    def load(path: Path) -> "Vocabulary":
        """Read what `save` wrote."""
        data = json.loads(path.read_text(encoding="utf-8"))
        bos, eos, pad, unknown = data["special"]
        return Vocabulary(
            texts=data["texts"],
            scores=data["scores"],
            bos=bos,
            eos=eos,
            pad=pad,
            unknown=unknown,
            replacements={int(code): text for code, text in data["replacements"].items()},
        )


def kept_ids(pieces: Pieces) -> list[int]:
    """Ids of the pieces that Chinese and English text needs, in their old order."""
    special = {pieces.bos, pieces.eos, pieces.pad, pieces.unknown}
    return [i for i, text in enumerate(pieces.texts) if i in special or _KEPT.match(text)]


def compact(pieces: Pieces, ids: list[int]) -> Vocabulary:
    """The vocabulary of the kept ids, renumbered from 0."""
    new_id = {old: new for new, old in enumerate(ids)}
    return Vocabulary(
        texts=[pieces.texts[i] for i in ids],
        scores=[pieces.scores[i] for i in ids],
        bos=new_id[pieces.bos],
        eos=new_id[pieces.eos],
        pad=new_id[pieces.pad],
        unknown=new_id[pieces.unknown],
        replacements=pieces.replacements,
    )


class E5Tokenizer:
    """Text to ids as sentencepiece does it for XLM-R: replace characters, mark word starts, take the best unigram path."""

    def __init__(self, vocabulary: Vocabulary, max_tokens: int = 512) -> None:
        self._vocabulary = vocabulary
        self._max_pieces = max_tokens - 2
        model = Unigram(list(zip(vocabulary.texts, vocabulary.scores, strict=True)), vocabulary.unknown, False)
        self._tokenizer = Tokenizer(model)

    def encode(self, text: str) -> list[int]:
        """Ids with the begin and end marks; text beyond `max_tokens` is cut."""
        words = text.translate(self._vocabulary.replacements).split()
        marked = _SPACE_MARK + _SPACE_MARK.join(words)
        ids = self._tokenizer.encode(marked, add_special_tokens=False).ids
        return [self._vocabulary.bos, *ids[: self._max_pieces], self._vocabulary.eos]
