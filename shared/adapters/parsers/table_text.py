"""Tables as text: each line says what its values are, so that it can be found and quoted alone."""

import re
from collections.abc import Sequence

_MAX_TITLES = 3
_Row = tuple[str, ...]
# What a sheet of data or a form calls the values beside it. In a table of things these words head columns, not rows.
_PROPERTY = re.compile(
    r"^(?:(?:商品|产品|公司|企业|客服|联系|售后|服务|营业|退货|收货|外形|额定|最大|净|毛|适用|包装|电子|开户|总|单)?"
    r"(?:名称|型号|品牌|货号|重量|重|尺寸|颜色|材质|产地|规格|容量|功率|电压|电流|电池|接口|屏幕|内存|保修|质保|保修期|质保期|保质期|"
    r"价格|售价|数量|电话|热线|手机|传真|地址|邮箱|邮件|邮编|网址|网站|官网|微信|联系人|收件人|时间|银行|账号|户名|税号|面积|温度|人群|清单)"
    r"|(?:product |item |net |rated |max\.? |contact |customer |opening |business |support )?"
    r"(?:name|model|brand|sku|weight|size|dimensions?|colou?r|material|origin|warranty|power|capacity|voltage|battery|display|"
    r"memory|price|phone|telephone|tel|fax|mobile|e-?mail|address|website|hours|contact|person))$",
    re.IGNORECASE,
)
_VALUE = re.compile(r"^[¥￥$€£]?\s*\d|^(?=.*\d)[\w .+/-]+$|@|https?:", re.IGNORECASE)
_PERIOD = re.compile(r"^(?:19|20)\d{2}\s*(?:年|年度|[-/.年]\s*\d{1,2}\s*月?|Q[1-4])?$|^Q[1-4]$|^\d{1,2}\s*月$", re.IGNORECASE)


def table_lines(rows: Sequence[Sequence[str]], row_headers: bool = False) -> str:
    """Return a table as text, one line a row, each cell with its column's header so that a line stands alone.

    A cell that spans columns comes once for each. `row_headers`: the first cell of every row is known to name the others.
    """
    filled = [tuple(" ".join(cell.split()) for cell in row) for row in rows]
    filled = [row for row in filled if any(row)]
    titles: list[str] = []
    while len(titles) < _MAX_TITLES and len(filled) > 1 and _is_one_cell(filled[0]) and len(filled[1]) > 1:
        titles.append(filled.pop(0)[0])
    if not filled:
        return "\n".join(titles)
    if _names_its_rows(filled, row_headers):
        return "\n".join([*titles, *(line for row in filled for line in _properties(row))])
    header, *body = _with_one_header(filled)
    if not body:
        return "\n".join([*titles, _joined(header)])
    return "\n".join([*titles, *(row[0] if _is_one_cell(row) else row_line(header, row) for row in body)])


def row_line(header: Sequence[str], row: Sequence[str]) -> str:
    """Return one row as "column：value；column：value" (or with half-width marks in English)."""
    colon, comma = _marks((*header, *row))
    names = [*header, *[""] * (len(row) - len(header))]
    cells = [f"{name}{colon}{cell}" if name and name != cell else cell for name, cell in zip(names, row, strict=False) if cell]
    return comma.join(cells)


def _marks(cells: Sequence[str]) -> tuple[str, str]:
    chinese = any("\u4e00" <= character <= "\u9fff" for cell in cells for character in cell)
    return ("：", "；") if chinese else (": ", "; ")


def _joined(cells: Sequence[str]) -> str:
    return " | ".join(cell for cell in cells if cell)


def _is_one_cell(row: _Row) -> bool:
    """Whether one cell spans the whole row: a table's title, or the name of a group of its rows."""
    return len(row) > 1 and len(set(row)) == 1


def _names_its_rows(rows: Sequence[_Row], row_headers: bool) -> bool:
    """Whether the cells stand in pairs of a property and its value, and no header above them."""
    width = max(map(len, rows))
    if width % 2 or len(rows) < 2:
        return False
    names = [cell.strip(" :：*") for row in rows for cell in row[::2] if cell]
    known = sum(1 for name in names if _PROPERTY.match(name))
    if width == 2 and (row_headers or (known and _starts_with_a_value(rows[0]))):
        return True
    values_too = any(_PROPERTY.match(cell.strip(" :：*")) for cell in rows[0][1::2])
    return known >= 2 and known * 2 >= len(names) and not values_too


def _starts_with_a_value(row: _Row) -> bool:
    return len(row) == 2 and bool(_VALUE.search(row[1])) and not _PERIOD.match(row[1])


def _properties(row: _Row) -> list[str]:
    pairs = [(name.rstrip(" :："), value) for name, value in zip(row[::2], [*row[1::2], ""], strict=False)]
    colon, _ = _marks(row)
    return [
        f"{name}{colon}{value}" if name and value and name != value else name or value for name, value in pairs if name or value
    ]


def _with_one_header(rows: Sequence[_Row]) -> list[_Row]:
    """Join a header of two rows: a cell that spans columns above, what tells these apart below."""
    if len(rows) < 3 or len(rows[0]) != len(rows[1]):
        return list(rows)
    above, below = rows[0], rows[1]
    spanned = {at for at, name in enumerate(above) if name and name in (*above[max(at - 1, 0) : at], *above[at + 1 : at + 2])}
    rest = all(below[at] in ("", above[at]) for at in range(len(above)) if at not in spanned)
    if not spanned or not rest or not any(below[at] not in ("", above[at]) for at in spanned):
        return list(rows)
    joined = tuple(a if b in ("", a) else f"{a} {b}" for a, b in zip(above, below, strict=True))
    return [joined, *rows[2:]]
