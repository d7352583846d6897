"""What companies export from Word: tracked changes, notes, text boxes, controls, hand-made headings."""

import io
import zipfile

from docx import Document
from docx.enum.style import WD_STYLE_TYPE

from shared.domain.knowledge import ParsedDocument
from tests.unit.parsers.documents import read, rezipped

_SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*runs: str, style: str = "", properties: str = "") -> str:
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{styled}{properties}</w:pPr>{''.join(runs)}</w:p>"


def heading(text: str) -> str:
    return paragraph(run(text), style="Heading1")


def table(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/>{''.join(rows)}</w:tbl>"


def row(*cells: str, properties: str = "") -> str:
    inner = "".join(f"<w:tc>{cell if cell.startswith('<w:p') else paragraph(run(cell))}</w:tc>" for cell in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{inner}</w:tr>"


def word(body: str, **parts: str) -> bytes:
    """Return a DOCX with this body and these further parts, with a few styles of its own."""
    document = Document()
    for name, base in (("Clause", "Heading 1"), ("Secret", "Normal")):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles[base]
    document.styles["Secret"].font.hidden = True
    out = io.BytesIO()
    document.save(out)
    changes = {"word/document.xml": f"<w:document {_SPACES}><w:body>{body}<w:sectPr/></w:body></w:document>".encode()}
    with zipfile.ZipFile(out) as archive:
        types, relations = archive.read("[Content_Types].xml"), archive.read("word/_rels/document.xml.rels")
    for name, content in parts.items():
        changes[f"word/{name}.xml"] = content.encode()
        kind = f'<Override PartName="/word/{name}.xml" ContentType="application/vnd.openxmlformats-officedocument.{name}+xml"/>'
        types = types.replace(b"</Types>", f"{kind}</Types>".encode())
        relation = f'<Relationship Id="x{name}" Type="{_RELATIONS}/{name}" Target="{name}.xml"/>'
        relations = relations.replace(b"</Relationships>", f"{relation}</Relationships>".encode())
    return rezipped(out.getvalue(), {**changes, "[Content_Types].xml": types, "word/_rels/document.xml.rels": relations})


def texts(parsed: ParsedDocument) -> list[tuple[str, str]]:
    return [(part.heading_path[-1] if part.heading_path else "", part.text) for part in parsed.sections]


def test_a_note_stands_where_it_is_referred_to() -> None:
    notes = f'<w:footnotes {_SPACES}><w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
    notes += f'<w:footnote w:id="1">{paragraph(run("定制商品除外。"))}</w:footnote></w:footnotes>'
    body = heading("退货") + paragraph(run("七天内可退"), '<w:r><w:footnoteReference w:id="1"/></w:r>', run("，运费自理。"))
    assert texts(read("a.docx", word(body, footnotes=notes))) == [("退货", "七天内可退（注：定制商品除外。），运费自理。")]


def test_a_text_box_is_read_once_though_the_file_holds_it_twice() -> None:
    box = f"<v:textbox><w:txbxContent>{paragraph(run('热线：400-888'))}</w:txbxContent></v:textbox>"
    drawn = f"<w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
    assert texts(read("a.docx", word(heading("联系") + paragraph(run("请来电。"), drawn)))) == [
        ("联系", "请来电。\n\n热线：400-888")
    ]


def test_what_stands_in_content_controls_is_read_but_no_placeholder_and_no_table_of_contents() -> None:
    def control(content: str, properties: str = "") -> str:
        return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"

    contents = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'
    body = (
        control(paragraph(run("安装 2")), contents)
        + control(heading("安装") + paragraph(run("先断电。")))
        + control(paragraph(run("单击此处输入文字")), "<w:showingPlcHdr/>")
    )
    assert texts(read("a.docx", word(body))) == [("安装", "先断电。")]


def test_hidden_and_struck_words_are_left_out_also_when_a_style_hides_them() -> None:
    body = (
        heading("价格")
        + paragraph(run("进价 60 元"), style="Secret")
        + paragraph(run("旧价 99 元", "<w:strike/>"), run("售价 88 元", '<w:vanish w:val="0"/>'))
    )
    assert texts(read("a.docx", word(body))) == [("价格", "售价 88 元")]


def test_a_deleted_row_is_not_read() -> None:
    rows = table(row("地区", "运费"), row("上海", "5 元", properties='<w:del w:id="1"/>'), row("北京", "8 元"))
    assert texts(read("a.docx", word(heading("运费") + rows))) == [("运费", "地区：北京；运费：8 元")]


def test_numbers_that_the_word_processor_writes_are_read_with_their_paragraphs() -> None:
    levels = (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="第%1条"/></w:lvl>'
        '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%2)"/></w:lvl>'
    )
    numbering = (
        f'<w:abstractNum w:abstractNumId="7">{levels}</w:abstractNum><w:num w:numId="5"><w:abstractNumId w:val="7"/></w:num>'
    )

    def numbered(text: str, depth: int, style: str = "") -> str:
        place = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="5"/></w:numPr>'
        return paragraph(run(text), style=style, properties=place)

    body = numbered("适用", 0, "Heading1") + paragraph(run("全部商品。")) + numbered("退货", 0, "Heading1")
    body += numbered("包装完好", 1) + numbered("附上发票", 1)
    data = rezipped(word(body), {"word/numbering.xml": f"<w:numbering {_SPACES}>{numbering}</w:numbering>".encode()})
    assert texts(read("a.docx", data)) == [("第一条 适用", "全部商品。"), ("第二条 退货", "  1) 包装完好\n  2) 附上发票")]


def test_a_style_that_is_based_on_a_heading_is_one_and_the_title_names_the_document() -> None:
    body = paragraph(run("退货政策"), style="Title") + paragraph(run("总则"), style="Clause") + paragraph(run("适用全部商品。"))
    parsed = read("v3-final.docx", word(body))
    assert parsed.meta.title == "退货政策"
    assert texts(parsed) == [("总则", "适用全部商品。")]


def test_headings_made_by_hand_are_headings_where_no_style_says_what_is_one() -> None:
    bold = paragraph(run("运费说明", "<w:b/>"))
    body = (
        bold
        + paragraph(run("由买家承担。"))
        + paragraph(run("二、保修"))
        + paragraph(run("保修一年。"))
        + paragraph(run("寄修免费。"))
    )
    assert texts(read("a.docx", word(body))) == [("运费说明", "由买家承担。"), ("二、保修", "保修一年。\n\n寄修免费。")]
    styled = heading("政策") + bold + paragraph(run("由买家承担。"))
    assert texts(read("a.docx", word(styled))) == [("政策", "运费说明\n\n由买家承担。")]


def test_a_frame_around_text_is_no_table_and_merged_cells_count_for_each_place() -> None:
    frame = table(row(heading("退货") + paragraph(run("七天内可退。"))))
    assert texts(read("a.docx", word(frame))) == [("退货", "七天内可退。")]
    merged = '<w:tcPr><w:vMerge w:val="{}"/></w:tcPr>'
    first = f"<w:tr><w:tc>{merged.format('restart')}{paragraph(run('标准版'))}</w:tc><w:tc>{paragraph(run('北京'))}</w:tc></w:tr>"
    second = f"<w:tr><w:tc>{merged.format('continue')}{paragraph()}</w:tc><w:tc>{paragraph(run('上海'))}</w:tc></w:tr>"
    parsed = read("a.docx", word(heading("价格") + table(row("版本", "地区"), first, second)))
    assert texts(parsed) == [("价格", "版本：标准版；地区：北京\n版本：标准版；地区：上海")]


def test_a_hyphen_that_does_not_break_and_a_tick_of_an_ornament_font_are_read() -> None:
    phone = paragraph(run("热线 400"), "<w:r><w:noBreakHyphen/></w:r>", run("888"))
    tick = paragraph('<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>')
    parsed = read("a.docx", word(heading("服务") + phone + table(row("项目", "金卡"), row("免邮", tick))))
    assert texts(parsed) == [("服务", "热线 400-888\n\n项目：免邮；金卡：✓")]
