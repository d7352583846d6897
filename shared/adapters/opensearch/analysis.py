"""How OpenSearch cuts text into terms: the same roles as `shared/adapters/tantivy/analysis.py`, by built-in filters alone.

Only what every OpenSearch has is used (no ICU, no dictionary): Chinese as pairs of characters, and as single characters
in a field of its own, which weighs less; words and codes whole and in parts, English ones stemmed.
"""

from typing import Any

from shared.adapters.question_words import STOP_GRAMS, STOP_WORDS

# Analysers. A field has one for what is indexed, and one for questions: without the words that every question has.
TERMS, TERMS_ASKED = "kefu_terms", "kefu_terms_asked"
SINGLES, SINGLES_ASKED = "kefu_singles", "kefu_singles_asked"

# A query of more than 1024 terms is refused; a question has six fields.
_MOST_TERMS = 120
_MOST_SINGLES = 40
_STOP = sorted(STOP_WORDS | STOP_GRAMS)

_TERMS = ["cjk_width", "kefu_parts", "flatten_graph", "lowercase", "kefu_pairs", "kefu_no_singles"]
_ASKED = ["kefu_asked", "kefu_once"]

ANALYSIS: dict[str, Any] = {
    "char_filter": {
        # The tokenizer cuts at a hyphen, not at an underscore: "Wi-Fi" and "KF-200" stay whole, and are found by their parts.
        "kefu_hyphen": {
            "type": "pattern_replace",
            "pattern": "(?<=[\\p{L}\\p{N}&&[^\\p{IsHan}]])-(?=[\\p{L}\\p{N}&&[^\\p{IsHan}]])",
            "replacement": "_",
        },
    },
    "filter": {
        "kefu_parts": {
            "type": "word_delimiter_graph",
            "preserve_original": True,
            "split_on_case_change": True,
            "split_on_numerics": False,
            "stem_english_possessive": True,
        },
        "kefu_pairs": {"type": "cjk_bigram", "output_unigrams": False},
        "kefu_no_singles": {"type": "keep_types", "mode": "exclude", "types": ["<SINGLE>", "<IDEOGRAPHIC>"]},
        "kefu_only_singles": {"type": "keep_types", "types": ["<IDEOGRAPHIC>"]},
        "kefu_stem": {"type": "stemmer", "language": "porter2"},
        "kefu_asked": {"type": "stop", "stopwords": _STOP},
        "kefu_once": {"type": "unique"},
        "kefu_most": {"type": "limit", "max_token_count": _MOST_TERMS},
        "kefu_most_singles": {"type": "limit", "max_token_count": _MOST_SINGLES},
    },
    "analyzer": {
        name: {"type": "custom", "char_filter": ["kefu_hyphen"], "tokenizer": "standard", "filter": filters}
        for name, filters in {
            TERMS: [*_TERMS, "kefu_stem"],
            TERMS_ASKED: [*_TERMS, *_ASKED, "kefu_stem", "kefu_most"],
            SINGLES: ["kefu_only_singles"],
            SINGLES_ASKED: ["kefu_only_singles", *_ASKED, "kefu_most_singles"],
        }.items()
    },
}
