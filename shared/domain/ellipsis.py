"""A question that only names another thing, "那 P2 呢", means the one before it of that thing."""

import re

from shared.domain.wording import names_in_text, things_named, with_thing

_BARE = re.compile(
    r"(?:那么?|还有|至于|如果是|换成|要是|和|跟)?(?:个|款|台|这个|那个|这款|那款)?\s*(?:的话)?呢?"
    r"|(?:(?:ok|okay|and|so|but|then)[\s,]*)*(?:what about|how about|and|for|with)?(?:\s*(?:the|a|an|my|your))?"
)
_EDGES = " ，,。.？?！!"


def completed(question: str, before: str) -> str:
    """Return the question that a follow-up means: "p2 多少钱" for "那 P2 呢" after "云雀 S3 多少钱"; else as it is.

    `before`: the question before it, "" where there is none.
    """
    named = names_in_text(question)
    if not named or not before or not _BARE.fullmatch(with_thing(question, "").casefold().strip(_EDGES)):
        return question
    return with_thing(before, named) if things_named(before) else f"{named} {before}"
