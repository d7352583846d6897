"""What a text is made of, for matching: folded words, numbers, codes of things, links. No model, no dictionary."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_HAN}]+|\d+(?:[.,:]\d+)*(?![a-z\d])|[a-z]{{0,8}}\d[a-z\d]*|[a-z]+(?:'[a-z]+)?")
_NUMBER = re.compile(r"(?<![\d.,:a-z-])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d])|(?<![\d.a-z])\d+(?:\.\d+)?")
# A code names one thing among its siblings: L5, S3, E03, AC-110. A bare number or a word does not.
_CODE = re.compile(
    r"(?<![a-z0-9])([a-z]{1,8})-?(\d{1,4}[a-z]{0,2})(?![a-z0-9])(?:[ -]?(pro|max|mini|plus|ultra|lite|se)(?![a-z]))?"
)
_NOT_CODES = frozenset({"no", "page", "step", "day", "top", "age", "rmb", "cny", "usd"})
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'，。；、）)\]】」』]+", re.IGNORECASE)
_HOST = re.compile(r"^(?:https?://)?([^/:?#\s]+)", re.IGNORECASE)

_HAN_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_HAN_PLACES = {"十": 10, "百": 100, "千": 1000}
_HAN_NUMBER = re.compile(
    r"[零〇一二两三四五六七八九十百千]+(?=万|个|天|日|年|月|周|小时|分钟|秒|元|块|次|台|件|倍|折|人|岁|公里|米|寸|级|张|只|套|份|期)"
)
_ENGLISH_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "sixty": 60, "ninety": 90, "hundred": 100,
}  # fmt: skip
_ENGLISH_NUMBER = re.compile(rf"\b(?:{'|'.join(_ENGLISH_NUMBERS)})\b")

_STOP_WORDS = frozenset(
    """a an the of to in on at for from by with about into over after before and or but if then than as so is are was were be been
    being am do does did doing done have has had having will would shall should can could may might must i me my mine we us our you
    your he she it its they them their this that these those there here what which who whom whose when where why how not no any some
    all just also too very please hi hello thanks thank tell know want need like get got let one ones much many long often
    still ever really im ive id hey ok okay yes won't can't don't doesn't didn't isn't aren't wasn't i'm i've i'd it's
    that's what's there's couldn't wouldn't shouldn't haven't hasn't let's you're we're they're say said use using used""".split()
)
# Characters that carry grammar, not content: Chinese runs are cut at them before bigrams are made.
_STOP_HAN = frozenset(
    "的了吗呢啊吧呀嘛把被我你您他她它们这那个是在有和与及或就都也还要想能可会请问怎么什哪谁几多少为何如以后到给让对从么得着过没不跟用上下里"
)
_STOP_PHRASES = re.compile(
    "请问|你好|您好|谢谢|怎么样|怎么办|怎么|怎样|如何|为什么|为啥|是不是|能不能|可不可以|可以|需不需要|需要|有没有|什么时候|什么|哪里|哪儿|哪些|"
    "哪个|多少钱|多少|多久|多长时间|几天|几个|一下|帮我|我想|我要|想要|知道|告诉|咨询|一个|的话|如果|但是|还是|以及|关于|应该|现在|目前|时候|"
    "之后|以后|之前|没有|不能|不会|到底|究竟|大概|一般"
)


# "开不了机", "充不进电", "连得上网": the verb and its object belong together.
_SPLIT_VERB = re.compile(rf"([{_HAN}])(?:不了|不上|不进|不到|不着|不起|不出|不动|得了|得上|了个|个)([{_HAN}])")


def fold(text: str) -> str:
    """Return the text in lower case with full-width forms made plain (NFKC)."""
    return unicodedata.normalize("NFKC", text).lower()


def tokens(text: str) -> list[str]:
    """Return the folded text as Latin words, numbers and codes, and runs of Han characters, in order."""
    return _TOKEN.findall(fold(text))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return an English word without its commonest endings (plural, -ed, -ing, -ly), so that forms of one word meet."""
    word = word.removesuffix("'s")
    for ending, rest in (
        ("iies", ""),
        ("ies", "y"),
        ("ied", "y"),
        ("ing", ""),
        ("edly", ""),
        ("ed", ""),
        ("es", ""),
        ("s", ""),
        ("ly", ""),
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: -len(ending)] + rest
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiousl":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


def is_stop_word(word: str) -> bool:
    """Say whether a folded English word carries grammar only."""
    return word in _STOP_WORDS


def han_bigrams(run: str) -> list[str]:
    """Return a Han run as overlapping pairs; a run of one character as itself."""
    return [run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]


def han_content(run: str) -> list[str]:
    """Cut a Han run of a question at phrases and characters that carry no content."""
    pieces = [verb + thing for verb, thing in _SPLIT_VERB.findall(run)]
    for part in _STOP_PHRASES.split(run):
        piece = ""
        for char in part:
            if char in _STOP_HAN:
                if piece:
                    pieces.append(piece)
                piece = ""
            else:
                piece += char
        if piece:
            pieces.append(piece)
    return pieces


def terms(text: str) -> frozenset[str]:
    """Return everything in the text that can be matched: stems, numbers, codes, Han characters and bigrams."""
    found: set[str] = set()
    for token in tokens(text):
        if "\u3400" <= token[0] <= "\u9fff" or "\uf900" <= token[0] <= "\ufaff":
            found.update(token)
            found.update(han_bigrams(token))
        else:
            found.add(token if token[-1].isdigit() else stem(token))
    return frozenset(found | codes(text))


def content_terms(text: str) -> list[str]:
    """Return the informative terms of a text, in order and once: stems, numbers, and bigrams without grammar."""
    found: dict[str, None] = {}
    for token in tokens(text):
        if "\u3400" <= token[0] <= "\u9fff":
            for piece in han_content(token):
                found.update(dict.fromkeys(han_bigrams(piece)))
        elif not is_stop_word(token):
            found[token if token[-1].isdigit() else stem(token)] = None
    return list(found)


def _han_value(digits: str) -> int:
    total, current = 0, 0
    for char in digits:
        if char in _HAN_PLACES:
            total += (current or 1) * _HAN_PLACES[char]
            current = 0
        else:
            current = _HAN_DIGITS[char]
    return total + current


def numbers(text: str) -> frozenset[str]:
    """Return the numbers of a text without thousands commas or trailing zeros; "七天" and "seven days" count as 7."""
    folded = fold(text)
    found = {_plain_number(match) for match in _NUMBER.findall(folded)}
    found.update(str(_han_value(match)) for match in _HAN_NUMBER.findall(folded))
    found.update(str(_ENGLISH_NUMBERS[match]) for match in _ENGLISH_NUMBER.findall(folded))
    return frozenset(found)


def _plain_number(text: str) -> str:
    whole, _, part = text.replace(",", "").partition(".")
    part = part.rstrip("0")
    return f"{whole.lstrip('0') or '0'}{'.' + part if part else ''}"


def _code_matches(folded: str) -> Iterator[re.Match[str]]:
    return (match for match in _CODE.finditer(folded) if match[1] not in _NOT_CODES)


def codes(text: str) -> frozenset[str]:
    """Return the codes that name one thing among siblings ("l5", "s3pro", "e03"), folded and without hyphen or space."""
    return frozenset("".join(match.groups(default="")) for match in _code_matches(fold(text)))


# What stands before a code and is no name: "提示 E03", "my S3".
_NO_LINES = frozenset(
    "显示 提示 报错 代码 错误 故障 出现 我的 这个 那个 这台 你们 请问 一个 一台 还有 那么 如果 换成 要是 至于 是说"
    " what the for and does did can will with from your our this that how about error code shows".split()
)
_LONGEST_NAME = 40
_LAST_NAME = re.compile(rf"(?:[{_HAN}]{{2}}|(?<![a-z])[a-z]{{3,}})$")


def _line_before(folded: str, end: int) -> str:
    """Return the name of a line that stands before a place in a folded text, or ""."""
    # A text may have a thousand codes: only what may be a name is looked at.
    found = _LAST_NAME.search(folded[max(0, end - _LONGEST_NAME) : end].rstrip())
    return found[0] if found and found[0] not in _NO_LINES else ""


def things_named(text: str) -> dict[str, str]:
    """Return what a text names by a code, folded, with the name of its line: "云雀 S3" and "a Skylark S3" to "云雀", "skylark"; or ""."""
    folded = fold(text)
    lines = {match: _line_before(folded, match.start()) for match in _code_matches(folded)}
    return {f"{line} {match[0]}".lstrip(): line for match, line in lines.items()}


def names_in_text(text: str) -> str:
    """Return the names of what `things_named` finds, in one line; "" where it finds nothing."""
    return " ".join(things_named(text))


def with_thing(text: str, name: str) -> str:
    """Return a text with `name` for the first thing that `things_named` finds in it, and without the others.

    It is folded where folding changes its length.
    """
    folded = fold(text)
    changed = text if len(text) == len(folded) else folded
    matches = list(_code_matches(folded))
    for match in reversed(matches):
        line = _line_before(folded, match.start())
        start = folded.rindex(line, 0, match.start()) if line else match.start()
        changed = f"{changed[:start]}{name if match is matches[0] else ''}{changed[match.end() :]}"
    return changed


_NAMED_CODE = re.compile(
    r"(?:error|code|fault|错误码?|报错|提示|代码|显示|故障码?)\s*(?:码|代码|code)?\s*[:：“\"]?\s*([a-z]{0,3}-?\d{1,4}(?:-\d{1,4})?)(?![\d%])"
)


# What a thing shows or reports is a code only as a pair of numbers, and not as a span of days or money.
_SHOWN_CODE = re.compile(
    r"(?:shows?|showing|displays?|displaying|says|saying|reports?|报|跳出?|出现|闪)\s*[:：“\"]?\s*(\d{1,4}-\d{1,4})(?![\d%])"
    r"(?!\s*(?:(?:working |business )?(?:days?|hours?|weeks?|months?|minutes?)|[天日周个月元块点]|小时|分钟|工作日))"
)


def asked_codes(question: str) -> frozenset[str]:
    """Return the codes of a question; after "error" or "提示" a number is one too ("10-3")."""
    folded = fold(question)
    named = frozenset((*_NAMED_CODE.findall(folded), *_SHOWN_CODE.findall(folded)))
    return codes(question) | frozenset(code for code in named if code[0].isdigit())


def has_code(text: str, code: str) -> bool:
    """Say whether a text names a code that `asked_codes` found."""
    if not code[0].isdigit():
        return code in codes(text)
    return bool(re.search(rf"(?<![\d.-]){re.escape(code)}(?![\d.-])", fold(text)))


def code_family(code: str) -> str:
    """Return the letters a code starts with: siblings share them."""
    return code.rstrip("0123456789")[:1] if code.isdigit() else re.split(r"\d", code, maxsplit=1)[0]


def links(text: str) -> tuple[str, ...]:
    """Return the web addresses in a text, without closing punctuation."""
    return tuple(match.rstrip(".,;:!?") for match in _URL.findall(text))


def host(link: str) -> str:
    """Return the host of a web address, folded; user names in front of it are kept so that they never match."""
    found = _HOST.match(link.strip())
    return fold(found.group(1)) if found else ""


def is_own_host(link: str, own_hosts: frozenset[str]) -> bool:
    """Say whether an address is on one of the company's hosts, or below one ("help.shop.example" below "www.shop.example")."""
    name = host(link)
    return any(name == own or f".{name}".endswith(f".{own.removeprefix('www.')}") for own in own_hosts)


def shingles(text: str, size: int = 24) -> frozenset[str]:
    """Return every run of `size` characters of the folded text, spaces and punctuation left out."""
    plain = "".join(char for char in fold(text) if char.isalnum())
    return frozenset(plain[i : i + size] for i in range(len(plain) - size + 1))
