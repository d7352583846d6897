"""A sheet of facts: typed columns, rows with the names of the thing, and the days on which each row holds."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from shared.adapters.parsers.cell_dates import read_date, read_period
from shared.adapters.parsers.fact_cells import fits, guess_type, is_blank
from shared.adapters.parsers.grid import GridRow, Sheet
from shared.adapters.parsers.sheet_shape import Shape, shape_of
from shared.domain.fact_words import GROUPS, bracketed_unit, built_in_words, compact, core_name, derived_names
from shared.domain.knowledge import ColumnType, DocumentMeta, FactColumn, FactRow, FactTable

_ALIAS = re.compile(r"别名|又名|别称|简称|俗称|昵称|^alias(?:es)?$|^aka$|also known as", re.IGNORECASE)
_FROM = re.compile(
    r"^(?:生效|开始|起始|起效)(?:日期|日|时间)?$|^valid[ _]from$|^(?:start|effective)(?:[ _](?:date|from))?$|^from$",
    re.IGNORECASE,
)
_TO = re.compile(
    r"^(?:失效|结束|截止|终止|到期)(?:日期|日|时间)?$"
    r"|^valid[ _](?:to|until)$|^(?:end|expiry|expires)(?:[ _]date)?$|^(?:until|to)$",
    re.IGNORECASE,
)
_KEY = re.compile(
    r"名称|^名$|英文名|中文名|型号|^产品|^商品|门店|店铺|店名|^城市|^地区|^区域|套餐|等级|^规格$|SKU|货号|编码|料号|物料号|代码$"
    r"|^楼盘|^小区|^姓名|^医生|^专家|^舱位|^阶梯|^款式|^档位|^会员|^品名|^品种|^菜名|^菜品|^课程|^科室|^部门|^房型|^车型|^机型|^户型|^卡种|^卡类|^票种|^线路|^目的地|^国家|^省份|^校区|^年级|^班级|^存期"
    r"|(?:服务|收费|检查|检测|体检|护理|治疗|维修|保养|美容|清洗)?项目$|^(?:分店|网点|场馆|营业厅|景点|航线|版本)$"
    r"|\bname\b|^model|^product|^item|^plan|^store|^shop|^city|^region|^sku|\bcode$|^part\b|^description$|^service|^treatment|^course$|^class$"
    r"|^tours?$|^cabin|^rooms?\b|^branch|^club$|^location$|^department|^destination|^country|^route|^zone$|^tier$|^package|^dish$|^vehicle|^year group$|^tariff$",
    re.IGNORECASE,
)
# Which days a row holds for, in one column; `_OFFER`: only what is called an offer holds then.
_PERIOD = re.compile(
    r"有效期|有效日期|有效时间|(?:适用|执行|活动|促销|优惠|生效|销售|价格)(?:日期|时间|期限?|起止)|起止(?:日期|时间)|^期限$|^日期$"
    r"|\bperiod\b|\bvalid(?:ity)?\b|\bdates?\b",
    re.IGNORECASE,
)
_OFFER = re.compile(
    r"活动|促销|特价|特惠|优惠|限时|折后|秒杀|团购价|\b(?:offer|sale|promo\w*|special|deal|discount\w*)\b", re.IGNORECASE
)
# Things that take place: their days are facts about them, and do not say when the facts hold.
_EVENT = re.compile(
    r"课|班次|班级|夏令营|冬令营|培训|讲座|演出|展览|赛|场次|旅行团|线路"
    r"|\b(?:courses?|class(?:es)?|workshops?|events?|tours?|trips?|camps?|intakes?|sessions?|shows?|exhibitions?|festivals?|terms?)\b",
    re.IGNORECASE,
)
_TAKES_PLACE = re.compile(r"^(?:开始|起始|结束|截止)|^(?:start|end)\b|^(?:from|to|until)$", re.IGNORECASE)
_SERIAL = re.compile(r"^(?:序号|序|编号|行号|no\.?|nr\.?|#|s/n|id)$", re.IGNORECASE)
_PRICE_LIST = re.compile(
    r"价|收费|费用|资费|运费|租金|\bprices?\b|\brates?\b|\btariffs?\b|\bfees?\b|\bcharges\b|\bpricing\b", re.IGNORECASE
)
_STOCK_LIST = re.compile(r"库存|现货|存货|\bstock\b|\binventory\b", re.IGNORECASE)
_CATEGORY = re.compile(r"类别|分类|品类|种类|^category|^type$", re.IGNORECASE)
_VARIANT = re.compile(r"颜色|尺寸|尺码|规格|版本|容量|口味|colou?r|\bsize|version|variant", re.IGNORECASE)
_HOLDS = re.compile(
    r"^(?:包含|覆盖|涵盖|所含|含)(?:的)?(?:省份|省市|地区|区域|城市|国家|范围)?$|^(?:includes|covers|countries|areas covered)$",
    re.IGNORECASE,
)
_PLACE = re.compile(r"城市|地区|区域|\bcity\b|\bregion\b", re.IGNORECASE)
_DIGITS = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF05: "%", 0xFF0E: "."}
_MOST_PERIODS = 0.6
_SEPARATORS = "；;|、,，/\n"
_MAX_NAME = 40
_MAX_CELL = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """Which column (by position) is what. `period`: the days of a row in one cell; `offers`: the columns that hold for them alone."""

    names: tuple[str, ...]
    keys: tuple[int, ...]
    aliases: tuple[int, ...]
    category: int
    valid_from: int
    valid_to: int
    period: int
    offers: frozenset[int]
    shown: tuple[int, ...]
    separators: str


def looks_like_facts(sheet: Sheet, settings: Mapping[str, Any]) -> bool:
    """Whether an undeclared sheet is a list of short facts with a price, a stock, hours or the like."""
    shape = shape_of(sheet, settings.get("header_row"))
    if shape is None or not shape.body or any(len(cell) > _MAX_CELL for row in shape.body for cell in row.cells):
        return False
    names, body = shape.names, shape.body
    first = next((at for at, name in enumerate(names) if not _SERIAL.match(name)), 0)
    if not names or not _KEY.search(core_name(names[first])):
        return False
    kinds = [guess_type(name, [row.cells[at] for row in body]) for at, name in enumerate(names)]
    listed = bool(_PRICE_LIST.search(sheet.name) or _STOCK_LIST.search(sheet.name))
    telling = (ColumnType.MONEY, ColumnType.TIME_RANGE)
    return any(
        kind in telling or (kind is ColumnType.NUMBER and (listed or any(group.header.search(name) for group in GROUPS)))
        for at, (name, kind) in enumerate(zip(names, kinds, strict=True))
        if at != first and not _SERIAL.match(name)
    )


def read_facts(
    sheet: Sheet, settings: Mapping[str, Any], meta: DocumentMeta
) -> tuple[FactTable | None, tuple[str, ...], tuple[GridRow, ...]]:
    """Return the table, one warning per row or cell that cannot be used, and the rows of notes below it.

    No table without a header and rows.
    """
    shape = shape_of(sheet, settings.get("header_row"))
    if shape is None:
        return None, (f"sheet {sheet.name!r} has no header row",), ()
    layout, warnings = _layout(sheet, shape.names, shape.body, settings)
    about = " ".join((sheet.name, meta.title, *(layout.names[at] for at in layout.keys)))
    columns = _columns(layout, shape.body, settings, about)
    rows, notes = _rows(sheet, shape, layout, columns, meta)
    warnings = [*warnings, *shape.warnings, *notes, *_twins(sheet.name, rows, layout)]
    if not rows:
        return None, (*warnings, f"sheet {sheet.name!r} has no usable rows"), shape.notes
    return _table(sheet, settings, meta, layout, columns, shape.body, rows), tuple(warnings), shape.notes


def _rows(
    sheet: Sheet, shape: Shape, layout: _Layout, columns: Sequence[FactColumn], meta: DocumentMeta
) -> tuple[list[FactRow], list[str]]:
    found: list[tuple[tuple[str, ...], FactRow]] = []
    warnings: list[str] = []
    undated: set[tuple[str, ...]] = set()
    for row in shape.body:
        rows, notes = _row(sheet.name, row, layout, columns, meta)
        thing = _identity(row, layout)
        found += [(thing, one) for one in rows]
        warnings += notes
        undated |= {thing} if any(thing) and not rows else set()
    # Which row of a thing holds today is unknown where the days of another cannot be read.
    warnings += [
        f"{sheet.name}!{row.row}: the days of another row for the same thing cannot be read, so this one was left out too"
        for thing, row in found
        if thing in undated
    ]
    return [row for thing, row in found if thing not in undated], warnings


def _identity(row: GridRow, layout: _Layout) -> tuple[str, ...]:
    return tuple(" ".join(row.cells[at].split()) for at in layout.keys if at not in layout.aliases)


def _table(
    sheet: Sheet,
    settings: Mapping[str, Any],
    meta: DocumentMeta,
    layout: _Layout,
    columns: Sequence[FactColumn],
    body: Sequence[GridRow],
    rows: Sequence[FactRow],
) -> FactTable:
    identity = tuple(layout.names[at] for at in layout.keys if at not in layout.aliases)
    return FactTable(
        table_id=sheet.name,
        document_id="",
        title=meta.title,
        sheet=sheet.name,
        source_url=meta.source_url,
        language=meta.language or "zh",
        audience=meta.audience,
        columns=tuple(columns),
        rows=tuple(rows),
        key_columns=identity,
        options={**_options(settings, layout), **_names_by_language(layout, body, rows), **_titles(meta)},
    )


def _options(settings: Mapping[str, Any], layout: _Layout) -> dict[str, object]:
    declared: Mapping[str, Mapping[str, Any]] = settings.get("columns", {})
    options: dict[str, object] = {
        "labels": {
            name: {key[-2:]: spec[key] for key in ("label_zh", "label_en") if key in spec} for name, spec in declared.items()
        },
        "values": {
            name: {key[-2:]: spec[key] for key in ("values_zh", "values_en") if key in spec} for name, spec in declared.items()
        },
    }
    if layout.category >= 0:
        options["category"] = layout.names[layout.category]
    return options


def _titles(meta: DocumentMeta) -> dict[str, object]:
    return {"titles": meta.options["titles"]} if "titles" in meta.options else {}


def _names_by_language(layout: _Layout, body: Sequence[GridRow], rows: Sequence[FactRow]) -> dict[str, object]:
    """Give rows an English name where the keys are Chinese but an alias is not: "云雀 S3" is "Skylark S3"."""
    kept = {row.row for row in rows}
    english = {str(row.number): _english_name(row, layout) for row in body if row.number in kept}
    return {"names": {"en": {number: parts for number, parts in english.items() if any(parts)}}}


def _english_name(row: GridRow, layout: _Layout) -> list[str]:
    parts: list[str] = []
    for key, aliases in _keys_with_aliases(layout):
        cell = row.cells[key]
        latin = [cell] if cell.isascii() else [name for name in _split(row, aliases, layout) if name.isascii() and len(name) > 2]
        parts.append(next((name for name in latin if " " in name), latin[0] if latin else ""))
    return parts


def _keys_with_aliases(layout: _Layout) -> list[tuple[int, list[int]]]:
    """Pair each key column with the alias columns that stand to its right, before the next key."""
    keys = [at for at in layout.keys if at not in layout.aliases]
    return [(key, [at for at in layout.aliases if key == max((one for one in keys if one < at), default=-1)]) for key in keys]


def _split(row: GridRow, columns: Sequence[int], layout: _Layout) -> list[str]:
    separators = re.compile(f"[{re.escape(layout.separators)}\n]")
    return [part.strip() for at in columns for part in separators.split(row.cells[at]) if part.strip()]


def _layout(
    sheet: Sheet, names: Sequence[str], body: Sequence[GridRow], settings: Mapping[str, Any]
) -> tuple[_Layout, list[str]]:
    warnings = [
        f"sheet {sheet.name!r}: kefu.yaml names a column {name!r} that is not there" for name in _unknown(names, settings)
    ]
    own_dates = bool(_EVENT.search(f"{sheet.name} {next(filter(None, names), '')}"))
    aliases = _positions(names, settings.get("alias_columns")) or [*_matching(names, _ALIAS), *_matching(names, _HOLDS)]
    category = _positions(names, settings.get("category")) or _matching(names, _CATEGORY)[:1]
    begins = _positions(names, settings.get("valid_from")) or _bounds(names, _FROM, own_dates)
    ends = _positions(names, settings.get("valid_to")) or _bounds(names, _TO, own_dates)
    period = -1 if begins or ends else _period(names, body)
    offers = _offers(names, period)
    keys = _positions(names, settings.get("key")) or _guessed_keys(
        names, body, {*aliases, *category, *begins, *ends, period}, bool(begins or ends) or (period >= 0 and not offers)
    )
    hidden = {*aliases, *begins, *ends}
    layout = _Layout(
        names=tuple(names),
        keys=tuple(dict.fromkeys((*keys, *aliases))),
        aliases=tuple(aliases),
        category=category[0] if category else -1,
        valid_from=begins[0] if begins else -1,
        valid_to=ends[0] if ends else -1,
        period=period,
        offers=offers,
        shown=tuple(at for at, name in enumerate(names) if name and at not in hidden),
        separators=str(settings.get("alias_separator") or _SEPARATORS),
    )
    return layout, warnings


def _unknown(names: Sequence[str], settings: Mapping[str, Any]) -> list[str]:
    wanted = [*settings.get("key", ()), *settings.get("alias_columns", ()), *settings.get("columns", {})]
    wanted += [settings[key] for key in ("category", "valid_from", "valid_to") if key in settings]
    return [name for name in dict.fromkeys(wanted) if not _positions(names, name)]


def _positions(names: Sequence[str], wanted: object) -> list[int]:
    asked = [wanted] if isinstance(wanted, str) else wanted if isinstance(wanted, list | tuple) else []
    return [at for name in asked for at, own in enumerate(names) if own.strip() == str(name).strip()]


def _matching(names: Sequence[str], pattern: re.Pattern[str]) -> list[int]:
    return [at for at, name in enumerate(names) if name and pattern.search(core_name(name))]


def _bounds(names: Sequence[str], pattern: re.Pattern[str], own_dates: bool) -> list[int]:
    """Return the column of the day from which or to which rows hold. That a course begins then bounds no fact about it."""
    return [at for at in _matching(names, pattern) if not (own_dates and _TAKES_PLACE.search(names[at]))][:1]


def _period(names: Sequence[str], body: Sequence[GridRow]) -> int:
    """Return the column whose cells say from when to when, -1 without one. "有效期：3 个月" says how long, not when."""
    for at in _matching(names, _PERIOD):
        filled = [row.cells[at] for row in body if row.cells[at] and not is_blank(row.cells[at])]
        if filled and sum(bool(read_period(cell)) for cell in filled) >= len(filled) * _MOST_PERIODS:
            return at
    return -1


def _offers(names: Sequence[str], period: int) -> frozenset[int]:
    """Return the columns that hold for the period only, where it is that of an offer beside the usual price."""
    if period < 0:
        return frozenset()
    priced = [at for at, name in enumerate(names) if at != period and _PRICE_LIST.search(core_name(name))]
    offers = frozenset(at for at in priced if _OFFER.search(names[at]))
    return offers if offers and len(offers) < len(priced) else frozenset()


def _guessed_keys(names: Sequence[str], body: Sequence[GridRow], taken: set[int], dated: bool) -> list[int]:
    """Take the columns that are called like names, else the first of short texts; and others, if rows need them to differ."""
    texts = [
        at
        for at in range(len(names))
        if names[at] and at not in taken and guess_type(names[at], [row.cells[at] for row in body]) is ColumnType.TEXT
    ]
    short = [at for at in texts if all(len(row.cells[at]) <= _MAX_NAME for row in body)]
    keys = [at for at in short if _KEY.search(core_name(names[at]))] or short[:1]
    if keys and keys[0] != short[0] and not _tells_rows_apart(keys[0], body) and not any(names[: short[0]]):
        # "Club, City, ..." and "楼盘, 户型, ...": what stands first names the row too, whatever its heading.
        keys.insert(0, short[0])
    if dated or len(_told(keys, body)) == len(body):
        return keys
    variants = [at for at in short if at not in keys and _VARIANT.search(names[at])]
    return [*keys, *variants, *_telling([*keys, *variants], [at for at in short if not _PRICE_LIST.search(names[at])], body)]


def _telling(keys: Sequence[int], others: Sequence[int], body: Sequence[GridRow]) -> list[int]:
    """Return the first other column that makes all rows differ: the weight beside the zone. None where no single one does."""
    if len(_told(keys, body)) == len(body):
        return []
    return [at for at in others if at not in keys and len(_told([*keys, at], body)) == len(body)][:1]


def _told(keys: Sequence[int], body: Sequence[GridRow]) -> set[tuple[str, ...]]:
    return {tuple(row.cells[at] for at in keys) for row in body}


def _tells_rows_apart(at: int, body: Sequence[GridRow]) -> bool:
    return len({row.cells[at] for row in body}) == len(body)


def _columns(layout: _Layout, body: Sequence[GridRow], settings: Mapping[str, Any], about: str) -> list[FactColumn]:
    declared: Mapping[str, Mapping[str, Any]] = settings.get("columns", {})
    names = [layout.names[at] for at in layout.shown]
    specs = [declared.get(name, {}) for name in names]
    types = [
        ColumnType(spec["type"]) if "type" in spec else guess_type(name, [row.cells[at] for row in body])
        for at, name, spec in zip(layout.shown, names, specs, strict=True)
    ]
    # A general word that the company gives to one column is not another's too.
    claimed = {compact(word) for spec in specs for word in spec.get("synonyms", ())}
    built_in = [[word for word in words if compact(word) not in claimed] for words in built_in_words(names, types, about)]
    return [
        FactColumn(
            name=name,
            type=kind,
            unit=str(spec.get("unit", bracketed_unit(name))),
            synonyms=tuple(
                dict.fromkeys((*spec.get("synonyms", ()), *([spec["label_en"]] if "label_en" in spec else ()), *words))
            ),
        )
        for name, kind, spec, words in zip(names, types, specs, built_in, strict=True)
    ]


def _row(
    sheet: str, row: GridRow, layout: _Layout, columns: Sequence[FactColumn], meta: DocumentMeta
) -> tuple[list[FactRow], list[str]]:
    """Return the row's facts: one, or two where an offer holds for some days, the usual price and the offer."""
    where = f"{sheet}!{row.number}"
    names = _names(row, layout)
    if not names:
        return [], [
            f"{where}: the name ({', '.join(layout.names[at] for at in layout.keys[:2])}) is missing; the row was left out"
        ]
    try:
        begins, ends = _days(row, layout)
    except ValueError as error:
        return [], [f"{where}: {str(error)!r} is no date; write 2026-12-31. The row was left out"]
    if begins and ends and ends < begins:
        return [], [f"{where}: it ends before it begins; the row was left out"]
    cells, warnings = _cells(where, row, layout, columns)
    places = [row.cells[at] for at, name in enumerate(layout.names) if _PLACE.search(name)]
    found = FactRow(
        row=row.number,
        aliases=derived_names(names, places),
        cells=cells,
        valid_from=begins or meta.valid_from,
        valid_to=ends or meta.valid_to,
    )
    if not layout.offers:
        return [found], warnings
    of_offer = {layout.names[at] for at in (*layout.offers, layout.period)}
    usual = replace(
        found,
        cells={name: cell for name, cell in cells.items() if name not in of_offer},
        valid_from=meta.valid_from,
        valid_to=meta.valid_to,
    )
    return [usual, *([found] if begins or ends else [])], warnings


def _days(row: GridRow, layout: _Layout) -> tuple[date | None, date | None]:
    """Return the first and last day on which a row holds. Raises ValueError with what cannot be read."""
    if layout.period >= 0:
        cell = row.cells[layout.period]
        if not cell or is_blank(cell):
            return None, None
        period = read_period(cell)
        return period or (None, read_date(cell, end=True))
    begins, ends = (row.cells[at] if at >= 0 else "" for at in (layout.valid_from, layout.valid_to))
    return read_date(begins), read_date(ends, end=True)


def _names(row: GridRow, layout: _Layout) -> list[str]:
    found: list[str] = []
    for at in layout.keys:
        parts = _split(row, [at], layout) if at in layout.aliases else re.split(r"\s/\s|\n", row.cells[at])
        found.extend(part.strip() for part in parts if part.strip())
    return found


def _cells(where: str, row: GridRow, layout: _Layout, columns: Sequence[FactColumn]) -> tuple[dict[str, str], list[str]]:
    cells: dict[str, str] = {}
    warnings: list[str] = []
    for at, column in zip(layout.shown, columns, strict=True):
        text = " ".join(row.cells[at].translate(_DIGITS).split())
        if not text or (is_blank(text) and column.type is not ColumnType.BOOLEAN):
            continue
        if not fits(column.type, text) and column.type not in (ColumnType.NUMBER, ColumnType.MONEY):
            warnings.append(f"{where}: {column.name} is {text!r}, which is no {column.type.value.replace('_', ' ')}")
        cells[column.name] = text
    return cells, warnings


def _twins(sheet: str, rows: Sequence[FactRow], layout: _Layout) -> list[str]:
    """Two rows for one thing that begin on one day contradict each other."""
    seen: dict[tuple[object, ...], int] = {}
    warnings: list[str] = []
    identity = [layout.names[at] for at in layout.keys if at not in layout.aliases]
    for row in rows:
        key = (*(row.cells.get(name, "") for name in identity), row.valid_from, row.valid_to)
        first = seen.setdefault(key, row.row)
        if first != row.row:
            warnings.append(f"{sheet}!{row.row}: the same {', '.join(identity)} as row {first}, for the same days")
    return warnings
