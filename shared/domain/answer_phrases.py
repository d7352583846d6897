"""The sentences around an answer, one catalogue per language. Values are filled in once and never parsed again."""

from shared.domain.language import Language

_ZH = {
    "language_note_en": "以下内容引自英文文档：",
    "language_note_zh": "以下内容引自中文文档：",
    "fact": "{name}：{cells}。",
    "fact_cell": "{label} {value}",
    "cell_join": "，",
    "which_row": "您问的是哪一个？",
    "resolve": "{name} {question}",
    "of_its_kind": "以下是同类产品（{kind}）的说明：",
    "closest_places": "资料里这两处和您的问题最接近：",
    "did_you_mean": "没有找到完全对应的答案。您想问的是不是：",
    "refusal": "抱歉，公司资料里没有找到这个问题的答案，我不想随口答您。您可以换个说法再问一次，或者请同事来答复。",
    "refusal_request": "抱歉，这个我帮不上忙。我只能根据公司公开的资料回答问题，您可以直接说想了解的产品或服务。",
    "refusal_record": "这要查您自己的记录，我只看得到公司公开的资料，查不到您这一单。请同事来查最快，号码他们能在对话里看到。",
    "heading_lead_in": "{heading}：",
}

_EN = {
    "language_note_en": "This is quoted from a document in English:",
    "language_note_zh": "This is quoted from a document in Chinese:",
    "fact": "{name}: {cells}.",
    "fact_cell": "{label} {value}",
    "cell_join": ", ",
    "which_row": "Which one do you mean?",
    "resolve": "{name}: {question}",
    "of_its_kind": "Our documents say this of products of its kind ({kind}):",
    "closest_places": "These two places in our documents come closest:",
    "did_you_mean": "I found nothing that answers this exactly. Did you mean:",
    "refusal": "I'm sorry, I found no answer to this in the company's documents, and I don't want to guess. "
    "You can ask again in other words, or have a colleague answer you.",
    "refusal_request": "I'm sorry, I can't help with that. I answer questions from the company's public documents; "
    "just tell me which product or service you want to know about.",
    "refusal_record": "That takes a look at your own record, and I can only see the company's public documents. "
    "A colleague can look it up for you; they will see the number in this conversation.",
    "heading_lead_in": "{heading}:",
}

_CATALOGUES: dict[Language, dict[str, str]] = {"zh": _ZH, "en": _EN}


def answer_phrase(language: Language, phrase: str, **values: object) -> str:
    """Return the sentence in `language` with its values. Raises KeyError for a phrase that does not exist."""
    return _CATALOGUES[language][phrase].format(**values)
