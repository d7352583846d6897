"""What must not reach a customer: claims without evidence, leaks, foreign links, active content, orders to a machine. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.wording import codes, content_terms, fold, is_own_host, links, numbers, shingles, terms

_TAG = re.compile(
    r"<\s*/?\s*[a-z!][^<>]{0,2000}>|<\s*(?:script|img|iframe|svg|object|embed|style|link|meta|form|a)\b|javascript:|data:text/html|&#x?\w{1,6};|\bon(?:error|load|click|mouseover|focus)\s*=",
    re.IGNORECASE,
)
_MARKDOWN_IMAGE = re.compile(r"!?\[[^\]\n]{0,200}\]\s{0,3}\([^)\n]{0,500}\)")
_PLACEHOLDER = re.compile(r"\[[A-Z][A-Z_]{2,20}_\d{1,4}\]")
_FENCE = re.compile(r"(?:passage|question|history)-[0-9a-f]{8,}", re.IGNORECASE)
_LIST_MARK = re.compile(r"\[\d{1,2}\]|^\s*\d{1,2}[.、)]\s", re.MULTILINE)
_SENTENCE = re.compile(r"[^。！？!?\n]+?(?:[。！？!?\n]|\.(?=\s|$)|$)")

_SET_ASIDE = r"(?:忽略|无视|忘记(?!了)|忘掉(?!了)|不要理会|跳过|绕过|覆盖|抛开)"
# An order to the machine, in a question or in a document. Words of both kinds must meet: "忽略" alone is nothing, and customers
# speak of lamps, prompt sounds, initial settings and instructions of the things they bought.
_ORDER = re.compile(
    "|".join(
        (
            # Set the rules aside.
            _SET_ASIDE + r"[^。！？\n]{0,30}(?:指令|指示(?![灯牌器音])|提示词|系统提示(?!音)|命令)",
            r"(?:disregard|ignore|forget|override|bypass|skip)\b[^.!?\n]{0,40}"
            r"(?:\b(?:previous|prior|above|earlier|preceding|all|any|your|system|these|those)\b[^.!?\n]{0,30})"
            r"(?:instructions?|prompts?|rules?|guidelines?|directions?|restrictions?|constraints?)",
            r"(?:disregard|ignore|forget)\b[^.!?\n]{0,12}\b(?:everything|anything|all)\b[^.!?\n]{0,12}\b(?:above|before|prior|previous)",
            # The prompt by its name.
            r"系统的?提示(?:词|原文)|(?:初始|隐藏|内部|原始)的?(?:提示词|prompt)|系统prompt",
            r"system\s*(?:prompt|instructions?)\b|\b(?:hidden|initial|internal|secret)\s+(?:prompt|instructions?|rules?)\b",
            # Another part to play.
            r"你现在(?:(?:是|就是)(?:一个|一名|一位|我的|没有|不受)|要?扮演)|扮演(?:一个|一名|一位)|假装(?:你|自己)是",
            r"\byou are now (?:an?|my|the|no|in|free|dan)\b|\bpretend (?:to be|that you|you are)\b|\bdan mode\b|\bact as dan\b",
            # Say what must stay unsaid.
            r"\b(?:repeat|print|reveal|show|output|display|leak|dump|translate)\b[^.?!\n]{0,30}(?:\b(?:above|previous)\b[^.?!\n]{0,20}|\byour\s+(?:(?:system|initial|hidden|original|full|exact|complete|entire|internal|secret|own|base|core)\s+){0,3})"
            r"\b(?:prompts?|instructions(?! manual)|configuration(?! (?:options|page|menu)))\b",
            r"\b(?:repeat|print|output|translate)\b[^.?!\n]{0,30}\b(?:text|words|everything) above\b",
            r"\b(?:repeat|print|reveal|show|output|display|leak|dump)\b[^.?!\n]{0,30}\bsystem message\b",
            r"(?:重复|复述|打印|输出|泄露|透露|告诉我|说出|列出|翻译|展示|公开)[^。？！\n]{0,16}"
            r"(?:(?:你的|上面的?|以上的?|全部的?)(?:提示(?:词|(?!音))|指令|prompt)|系统(?:设定|消息|指令)|(?:初始|隐藏|内部|原始)的?(?:设定(?!密码)|指令))",
            r"把[^。！？\n]{0,8}(?:系统(?:设定|消息|指令|提示)|提示词)[^。！？\n]{0,8}(?:输出|打印|发给我|发出来|念|复述)",
        )
    ),
    re.IGNORECASE,
)
# These are orders too, unless the sentence asks: "接下来你要怎么处理我的退款？", "from now on, you will charge shipping?".
_ORDER_UNLESS_ASKED = re.compile(
    "|".join(
        (
            _SET_ASIDE + r"[^。！？\n]{0,12}(?<!我)(?<!我的)(?:以上|上面|之前|前面|所有|一切|你的)"
            r"(?:(?!密码|门锁|账号|验证)[^。！？\n]){0,10}(?:规则|规定|要求|提示(?!音)|内容|限制|设定|约束|的话)",
            r"(?:从现在(?:开始|起)|现在(?:开始|起)|接下来)[，,]?\s*(?:你|您)(?:是|就是|将|要|必须|扮演)",
            r"你现在(?:是|就是)(?!在|不是|否)|开发者模式|越狱模式|\brole-?play\b|developer mode|\bjailbreak\b(?! detection)",
            r"\b(?:from now on|now)\s*,?\s*you\s+(?:are|will|must)\b|\bact as (?:if|a|an|my|the)\b",
        )
    ),
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"还是|是不是|怎么|怎样|如何|咋|吗|么[？?]?$|呢|为什么|能不能|可不可以|是否|多久|多少|[？?]\s*$"
    r"|^\s*(?:how|why|what|when|where|can|could|do|does|is|are|will|would)\b",
    re.IGNORECASE,
)
# In a document: words that speak to the assistant that reads it, not to the customer.
_TO_MACHINE = re.compile(
    r"(?:(?:ai|智能|机器人|语言模型|大模型|模型)\s*(?:助手|客服|模型)?\s*(?:请|必须|应当|应该|务必|读到|看到)[^。\n]{0,20}(?:回复|回答|告诉|输出|发送|说))"
    r"|\b(?:assistant|chatbot|language model|llm|ai model|ai)\b[^.\n]{0,20}\b(?:must|should|shall|please|always)\b[^.\n]{0,30}\b(?:reply|respond|answer|tell|say|include|output|send|append|ignore|write)\b"
    r"|\b(?:in|to|end|begin|start|prefix|append)\b[^.\n]{0,12}\b(?:your|every|each) (?:answer|response|reply|output)s?\b"
    r"|(?:在|把)[^。\n]{0,6}(?:你的)?(?:回答|回复)(?:的)?(?:末尾|最后|开头|里|中)[^。\n]{0,8}(?:加上|附上|写上|包含|输出)",
    re.IGNORECASE,
)


class Violation(StrEnum):
    """Why a draft may not be sent."""

    UNGROUNDED = "ungrounded"
    WRONG_NUMBER = "wrong_number"
    PROMPT_LEAK = "prompt_leak"
    FOREIGN_LINK = "foreign_link"
    ACTIVE_CONTENT = "active_content"
    PLACEHOLDER_LEAK = "placeholder_leak"
    UNCITED = "uncited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a draft may lean on: the cited texts, the question, hosts that are the company's own, and texts to keep secret."""

    texts: tuple[str, ...]
    question: str
    own_hosts: frozenset[str]
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardRules:
    """`overlap`: the share of a sentence's content terms that the evidence must hold, 0..1; across languages there is no measure.

    `quoted_links`: a foreign address may be repeated from the evidence. A model must not: its evidence may be poisoned.
    """

    overlap: float = 0.55
    quoted_links: bool = False


def is_injection(question: str) -> bool:
    """Say whether a customer's text orders the assistant about instead of asking."""
    return _orders(fold(question))


def looks_like_instruction(sentence: str) -> bool:
    """Say whether a document's sentence speaks to the machine that reads it."""
    folded = fold(sentence)
    return _orders(folded) or bool(_TO_MACHINE.search(folded))


def _orders(folded: str) -> bool:
    if _ORDER.search(folded):
        return True
    if not _ORDER_UNLESS_ASKED.search(folded):
        return False
    sentences = (match.group() for match in _SENTENCE.finditer(folded))
    return any(_ORDER_UNLESS_ASKED.search(sentence) and not _ASKS.search(sentence) for sentence in sentences)


def inspect(text: str, cited: bool, evidence: Evidence, rules: GuardRules | None = None) -> tuple[Violation, ...]:
    """Return what is wrong with a drafted text, each once; empty when it may be sent."""
    rules = rules or GuardRules()
    checks = (
        (Violation.UNCITED, not cited),
        (Violation.ACTIVE_CONTENT, bool(_TAG.search(text) or _MARKDOWN_IMAGE.search(text))),
        (Violation.PROMPT_LEAK, leaks(text, evidence.secrets)),
        (Violation.FOREIGN_LINK, bool(foreign_links(text, evidence, quoted=rules.quoted_links))),
        (Violation.PLACEHOLDER_LEAK, not set(_PLACEHOLDER.findall(text)) <= set(_PLACEHOLDER.findall(evidence.question))),
        (Violation.WRONG_NUMBER, not stated_numbers(text) <= _known_numbers(evidence)),
        (
            Violation.UNGROUNDED,
            not all(_is_grounded(sentence, evidence, rules) for sentence in sentences(_LIST_MARK.sub(" ", text))),
        ),
    )
    return tuple(violation for violation, broken in checks if broken)


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text that say anything."""
    return tuple(piece.strip() for piece in _SENTENCE.findall(text) if content_terms(piece))


def stated_numbers(text: str) -> frozenset[str]:
    """Return the numbers and codes of a text, without list numbers and citation marks."""
    bare = _LIST_MARK.sub(" ", text)
    return numbers(bare) | codes(bare)


def leaks(text: str, secrets: Iterable[str]) -> bool:
    """Say whether a text repeats a run of 24 characters of a secret text, or a fence around the evidence."""
    if _FENCE.search(text):
        return True
    said = shingles(text)
    return any(said & shingles(secret) for secret in secrets)


def foreign_links(text: str, evidence: Evidence, *, quoted: bool) -> tuple[str, ...]:
    """Return the addresses that are not the company's own; with `quoted`, those in the evidence's own sentences are let through."""
    known: set[str] = set()
    if quoted:
        lines = (line for source in evidence.texts for line in sentences(source) if not looks_like_instruction(line))
        known = {link for line in lines for link in links(line)}
    return tuple(link for link in links(text) if not is_own_host(link, evidence.own_hosts) and link not in known)


def _known_numbers(evidence: Evidence) -> frozenset[str]:
    return frozenset[str]().union(*(numbers(text) | codes(text) for text in (*evidence.texts, evidence.question)))


def _is_grounded(sentence: str, evidence: Evidence, rules: GuardRules) -> bool:
    wanted = content_terms(sentence)
    best = max((_share(wanted, terms(text)) for text in _joined(evidence.texts)), default=0.0)
    return best >= rules.overlap or _is_across_languages(sentence, evidence)


def _joined(texts: Sequence[str]) -> tuple[str, ...]:
    return ("\n".join(texts),) if texts else ()


def _share(wanted: Sequence[str], held: frozenset[str]) -> float:
    return sum(1 for term in wanted if term in held) / len(wanted) if wanted else 1.0


def _is_across_languages(sentence: str, evidence: Evidence) -> bool:
    """Words cannot be compared where the customer asks in one script and the evidence is in the other; numbers still are."""
    asked = _is_han(evidence.question)
    return asked != _is_han("".join(evidence.texts)) and asked == _is_han(sentence)


def _is_han(text: str) -> bool:
    han = sum(1 for char in text if "\u3400" <= char <= "\u9fff")
    return han * 4 > sum(1 for char in text if char.isalpha() and char.isascii())
