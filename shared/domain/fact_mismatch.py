"""Questions that name a row and a column of a table and yet ask for something that it does not say.

"月卡的储物柜多少钱": the price is that of the card. "What time is lunch in the nursery": the table says what it costs.
"""

import re
from collections.abc import Sequence

from shared.domain.fact_book import PreparedTable
from shared.domain.fact_columns import periods_asked, periods_of, unit_words
from shared.domain.fact_question import Found, Question
from shared.domain.fact_words import STOCK_WORDS, compact, generic_words
from shared.domain.knowledge import ColumnType

Positions = frozenset[int]
Place = tuple[int, int]
_Spots = Sequence[Found[Positions]]

_MONEY = re.compile(r"多少钱|几块钱|几多钱|\bhow much (?:is|are|does|do|would|for|to|it)\b|\b(?:cost|costs|price)\b")
_MONEY_OR_FREE = re.compile(_MONEY.pattern + r"|免费|收费|要钱|\bfree\b")
_OF_IT = re.compile(
    r"^(?:[的要得需是使用租]|一[个天月年次]|每[个天月年次]|\s|\b(?:is|are|for|of|the|a|an|to|use|using|does|do|it|extra)\b)*$"
)
_WHEN = re.compile(
    r"什么时候|什么时间|何时|几时|多久|多长时间|几点|\b(?:what time|when|how long|until)\b|(?<!many )(?<!per )\btimes?\b"
)
_TIMELY = re.compile(
    r"[\d一二三四五六七八九十两半几]\s*个?(?:工作|自然)?[点天日号月年周时小分秒]|周[一二三四五六日末]|星期|当场|当[天日]|次日|随时|上午|下午|晚上|全天|现房|立即"
    r"|\d[:：]\d|\d\s*[ap]m\b|\d\s*(?:working |business )?(?:h|min|hrs?|hours?|days?|nights?|weeks?|months?|years?|minutes?)\b"
    r"|\b(?:daily|instant\w*|immediate\w*|same day|overnight|mon|tue|wed|thu|fri|sat|sun)",
    re.IGNORECASE,
)
_TIMES = re.compile(
    r"天数|日期|时间|时长|周期|期限|期$|时效|有效|小时|分钟|1\s*(?:个?月|天|年|周|日|小时|分钟|hours?|days?|weeks?|months?|years?|min)"
    r"|\b(?:hours|days|weeks|months|years|minutes|dates?|times?|duration|schedule)\b",
    re.IGNORECASE,
)
_STOCK = frozenset(map(compact, STOCK_WORDS))
_JOINED = re.compile(r"[,，。？?！；;、和与及]|还有|以及|\b(?:and|or)\b")
_NUMBER_OR_FREE = re.compile(
    r"[¥￥$€£]|\d\s*[元块]|免|包邮|面议|另收|询|\b(?:free|contact|call us)\b|^\D{0,4}\d[\d,.]*\s*(?:[^\d/\s]\S{0,5})?$",
    re.IGNORECASE,
)


def asks_for_something_else(
    asked: Question,
    prepared: PreparedTable,
    names: _Spots,
    words: _Spots,
    rows: Positions,
    columns: Positions,
    places: Sequence[Place],
) -> bool:
    """Whether the columns asked for cannot answer the question. `names`, `words`: found in it; `places`: what is explained.

    Three ways: the price or the hours are those of a part; they are asked by another time ("per day" of a price by the
    month); it asks when or how long, and the cells do not say.
    """
    if _asks_of_a_part(asked, prepared, names, words) or _other_period(asked, prepared, columns):
        return True
    # "Out of stock" is some answer to when it will be back.
    stock = any(one.word in _STOCK for one in words)
    return bool(columns) and not stock and _asks_when(asked, places) and not _says_when(prepared, rows, columns)


def asks_for_money(text: str) -> bool:
    """Whether a folded question asks what something costs."""
    return bool(_MONEY.search(text))


def is_own(prepared: PreparedTable, one: Found[Positions]) -> bool:
    """Whether a word names its column, and not only a kind of columns."""
    return one.word not in generic_words() | unit_words() or any(
        one.word in compact(prepared.column(at).name) for at in one.value
    )


def charged_columns(asked: Question, words: _Spots) -> Positions:
    """Return the columns named right beside what asks for money."""
    return frozenset(at for one in words if _is_charged(asked, one) for at in one.value)


def only_name(prepared: PreparedTable, names: _Spots, columns: Positions) -> Positions:
    """Return the columns asked for where they are no more than the name that the question gives: "what's in the basic plan"."""
    if not names or len(columns) != 1:
        return frozenset()
    (column,) = (prepared.column(at) for at in columns)
    cells = [compact(prepared.table.rows[at].cells.get(column.name, "")) for one in names for at in one.value]
    given = column.name in prepared.table.key_columns[:1] and all(any(one.word in cell for one in names) for cell in cells)
    return columns if given else frozenset()


def may_be_price(prepared: PreparedTable, position: int) -> bool:
    """Whether a column can say what something costs: a number, or texts with one."""
    column = prepared.column(position)
    if column.type in (ColumnType.BOOLEAN, ColumnType.TIME_RANGE, ColumnType.DATE):
        return False
    return column.type is not ColumnType.TEXT or any(
        _NUMBER_OR_FREE.search(row.cells.get(column.name, "")) for row in prepared.table.rows
    )


def _overlap(one: Found[Positions], other: Found[Positions]) -> bool:
    return one.start < other.end and other.start < one.end


def _asks_of_a_part(asked: Question, prepared: PreparedTable, names: _Spots, words: _Spots) -> bool:
    """Whether the price or the hours asked for are those of something of which the table says other things.

    "月卡的储物柜多少钱" where it says only whether there is one; "年卡带朋友要多少钱" where it says how often.
    """
    general = [one for one in words if not is_own(prepared, one)]
    for one in words if len(words) > len(general) else ():
        alone = one not in general and all(prepared.column(at).type is ColumnType.BOOLEAN for at in one.value)
        if alone and general and not _JOINED.search(asked.text):
            return True
        if one not in general and not any(may_be_price(prepared, at) for at in one.value) and _is_charged(asked, one):
            return True
    parts = asked.find(prepared.parts, sorted({len(part) for part in prepared.parts}, reverse=True))
    charged = frozenset(at for one in general for at in one.value)
    return bool(charged) and any(
        not one.value & charged and not any(_overlap(one, other) for other in (*names, *words)) and _is_charged(asked, one)
        for one in parts
    )


def _is_charged(asked: Question, one: Found[Positions]) -> bool:
    """Whether a word and what asks for money stand together."""
    apart = (
        asked.text[min(one.end, money.end()) : max(one.start, money.start())] for money in _MONEY_OR_FREE.finditer(asked.text)
    )
    return any(_OF_IT.match(text) for text in apart)


def _other_period(asked: Question, prepared: PreparedTable, columns: Positions) -> bool:
    """Whether a price by the day is asked for where all that is asked for is by another time, such as the month."""
    wanted = periods_asked(asked.text)
    held = [periods_of(prepared.column(at).name, prepared.column(at).unit) for at in columns]
    return bool(wanted) and any(held) and not any(one & wanted for one in held)


def _asks_when(asked: Question, places: Sequence[Place]) -> bool:
    """Whether a question asks when or how long, and no column bears those words."""
    return any(
        not any(start < found.end() and found.start() < end for start, end in places) for found in _WHEN.finditer(asked.text)
    )


def _says_when(prepared: PreparedTable, rows: Positions, columns: Positions) -> bool:
    if any(prepared.column(at).type in (ColumnType.TIME_RANGE, ColumnType.DATE) for at in columns):
        return True
    found = [prepared.column(at) for at in columns]
    cells = (prepared.table.rows[row].cells.get(column.name, "") for row in rows for column in found)
    return any(_TIMES.search(f"{column.name} 1{column.unit}") for column in found) or any(map(_TIMELY.search, cells))
