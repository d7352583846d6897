"""Which words of a question name which columns of a fact table: its headings, their parts, and what people call them."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping

from shared.domain.fact_columns import column_words, spelled_out
from shared.domain.fact_fillers import FILLERS_EN
from shared.domain.fact_shown import label
from shared.domain.fact_words import PRICE_WORDS, STOCK_WORDS, built_in_words, compact, core_name, fold, is_added_cost
from shared.domain.knowledge import ColumnType, FactTable
from shared.domain.language import Language

Positions = frozenset[int]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
# In a table of delivery prices, what is asked for is the freight, whatever its column is called.
DELIVERS = re.compile(r"运费|快递|配送|物流|邮费|邮寄|shipping|delivery|postage|freight", re.IGNORECASE)
_FREIGHT = "运费 邮费 快递费 配送费 寄费 shipping postage".split()
_PRICE_TAIL = re.compile(r"(?:价格|价钱|售价|单价|价|费用|费|租金|(?: (?:price|cost|fee|rate|charge)s?))$")
_STEM_TAIL = re.compile(r"(?:名称|型号|编号|编码|代码|类型|种类|项目|名|种|类|表)$|\b(?:no|number|name|code|type|id|sku)\.?$")
_HYPHEN = re.compile(r"(?<=[a-z])-|-(?=[a-z])")
_LATIN_WORD = re.compile(r"[a-z][a-z0-9]+")
_MOST_FOR_A_PART = 2
_PRICE_LIST = re.compile(
    r"价|收费|费用|资费|租金|\bprices?\b|\brates?\b|\btariffs?\b|\bfees?\b|\bcharges\b|\bpricing\b", re.IGNORECASE
)
_STOCK_LIST = re.compile(r"库存|现货|存货|\bstock\b|\binventory\b", re.IGNORECASE)
_SERIAL = re.compile(r"^(?:序号|序|编号|行号|no\.?|#|id)$", re.IGNORECASE)


def heading_words(table: FactTable) -> Mapping[str, Positions]:
    """Return the compact words by which columns are asked for, with the positions of the columns that each means."""
    names = [column.name for column in table.columns]
    about = " ".join((table.sheet, table.title, *table.key_columns))
    built_in = built_in_words(names, [column.type for column in table.columns], about)
    words: defaultdict[str, set[int]] = defaultdict(set)
    general: list[tuple[str, int]] = []
    for position, column in enumerate(table.columns):
        headings = {core_name(column.name), *(label(table, column, language) for language in LANGUAGES)}
        headings |= {spelled_out(heading) for heading in headings}
        stems = row_stems(table) if column.name in table.key_columns[:1] else ()
        for word in (column.name, *headings, *column.synonyms, *stems):
            if len(compact(word)) > 1:
                words[compact(word)].add(position)
        topical = () if column.name in table.key_columns else column_words(headings, column.type, column.unit)
        general += [(compact(word), position) for word in (*built_in[position], *topical) if len(compact(word)) > 1]
    # What the company says of its columns counts before what people generally say.
    declared = frozenset(words)
    for word, position in general:
        if word not in declared:
            words[word].add(position)
    if DELIVERS.search(f"{table.sheet} {table.title}"):
        for word in map(compact, _FREIGHT):
            words.setdefault(word, set(words.get(compact("多少钱"), ())))
    for (asked, *others), title_says in ((PRICE_WORDS, _PRICE_LIST), (STOCK_WORDS, _STOCK_LIST)):
        unnamed = () if words.get(compact(asked)) else _unnamed(table, about, asked, title_says)
        for word in map(compact, (asked, *others)) if unnamed else ():
            words[word] |= set(unnamed)
    return unhyphened({word: frozenset(columns) for word, columns in words.items() if columns})


def _unnamed(table: FactTable, about: str, word: str, title_says: re.Pattern[str]) -> set[int]:
    """Return the columns that are prices, or stock, only by what the list is called: "轿车 | SUV" in a 价目表, "38码" in 库存.

    None of them has a unit or a topic of its own. What is written with a currency is a price in any list.
    """
    listed = bool(title_says.search(about))
    money = word in PRICE_WORDS and any(
        column.type is ColumnType.MONEY and not is_added_cost(core_name(column.name), about) for column in table.columns
    )
    kinds = {ColumnType.MONEY} if money else {ColumnType.NUMBER} if listed else set[ColumnType]()
    found: set[int] = set()
    for at, column in enumerate(table.columns):
        core = core_name(column.name)
        bare = column.type is ColumnType.MONEY or not (column.unit or any(column_words([core], ColumnType.TEXT, "")))
        if column.type in kinds and bare and not _SERIAL.match(core) and not is_added_cost(core, about):
            found.add(at)
    return found


def price_modifiers(table: FactTable) -> Mapping[str, Positions]:
    """Return what tells columns of prices apart: "off-peak", "周末"; both halves of "旺季 平日"."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for position, column in enumerate(table.columns):
        if column.type not in (ColumnType.NUMBER, ColumnType.MONEY):
            continue
        for heading in (core_name(column.name), *(label(table, column, language) for language in LANGUAGES)):
            word = compact(_PRICE_TAIL.sub("", fold(heading)))
            if 1 < len(word) < len(compact(heading)):
                found[word].add(position)
        # "旺季（4月-10月） 平日": a heading of two rows.
        halves = [compact(core_name(half)) for half in column.name.split(" ")]
        for half in halves if len(halves) == 2 and not column.name.isascii() else ():
            if len(half) > 1:
                found[half].add(position)
    return unhyphened({word: frozenset(columns) for word, columns in found.items()})


def heading_parts(table: FactTable, *known: Collection[str]) -> dict[str, Positions]:
    """Return the parts of columns' names that point to one column: "开了会员是多少" means 会员价, "多少设备" 设备上限."""
    parts: defaultdict[str, set[int]] = defaultdict(set)
    for position, column in enumerate(table.columns):
        core = compact(core_name(column.name))
        if column.name in table.key_columns:
            continue
        if core.isascii():
            for word in _LATIN_WORD.findall(fold(core_name(column.name))):
                if len(word) > 3 and word not in FILLERS_EN:
                    parts[word].add(position)
        else:
            for start in range(len(core) - 1):
                for end in range(start + 2, len(core) + (start > 0)):
                    parts[core[start:end]].add(position)
    return {
        part: frozenset(at)
        for part, at in parts.items()
        if len(at) <= _MOST_FOR_A_PART and not any(part in words for words in known)
    }


def unhyphened(words: Mapping[str, Positions]) -> Mapping[str, Positions]:
    """Add "offpeak" to "off-peak"; a hyphen between digits stays."""
    plain = {_HYPHEN.sub("", word): rows for word, rows in words.items() if "-" in word}
    return {**plain, **words}


def row_stems(table: FactTable) -> tuple[str, ...]:
    """Return what the rows are, by the heading of their names: "套餐名称" is of 套餐, "Part No" of parts."""
    return tuple(filter(None, (_STEM_TAIL.sub("", fold(core_name(name))).strip() for name in table.key_columns[:1])))
