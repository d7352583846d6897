import io
from datetime import date

import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from openpyxl import Workbook, load_workbook

from shared.domain.knowledge import Audience
from tests.unit.parsers.documents import DATA, read, reason_of, rezipped, saved, word_file, workbook


def _manual(document) -> None:
    document.core_properties.title = ""
    document.add_heading("净水器", 0)
    document.add_heading("安装", 1)
    document.add_paragraph("放在水槽下方。")
    document.add_paragraph("扳手", style="List Bullet")
    document.add_paragraph("生料带", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for at, text in enumerate(("部件", "寿命", "滤芯", "六个月")):
        table.cell(at // 2, at % 2).text = text
    paragraph = document.add_paragraph("价格 ")
    hidden = paragraph.add_run("成本 40 元")
    hidden.font.hidden = True
    deleted = OxmlElement("w:del")
    run = paragraph.add_run("旧价 99 元")._r
    paragraph._p.remove(run)
    deleted.append(run)
    paragraph._p.append(deleted)
    inserted = OxmlElement("w:ins")
    run = paragraph.add_run("199 元")._r
    paragraph._p.remove(run)
    inserted.append(run)
    paragraph._p.append(inserted)
    custom = document.add_paragraph("保养")
    level = OxmlElement("w:outlineLvl")
    level.set(qn("w:val"), "1")
    custom._p.get_or_add_pPr().append(level)
    document.add_paragraph("每月清洗。")


def test_docx_keeps_headings_lists_and_tables_and_drops_what_is_hidden_or_deleted() -> None:
    parsed = read("manual.docx", word_file(_manual))
    assert [part.heading_path for part in parsed.sections] == [("安装",), ("安装", "保养")]
    assert parsed.sections[0].text == "放在水槽下方。\n\n- 扳手\n- 生料带\n\n部件：滤芯；寿命：六个月\n\n价格 199 元"
    assert parsed.sections[1].text == "每月清洗。"


def test_pdf_text_comes_by_page_with_headings_by_size_and_without_running_titles() -> None:
    parsed = read("manual.pdf", (DATA / "manual-zh.pdf").read_bytes())
    assert parsed.meta.title == "净水器使用手册"
    assert [(part.page, part.heading_path) for part in parsed.sections] == [
        (1, ("一、安装",)),
        (2, ("二、更换滤芯",)),
        (3, ("三、常见故障",)),
    ]
    text = "\n".join(part.text for part in parsed.sections)
    assert "安装前请先关闭进水总阀，并准备好扳手和生料带。" in text
    assert "清泉净水器" not in text and "共 3 页" not in text


def test_pdf_words_divided_at_the_line_end_are_whole_and_columns_are_rows() -> None:
    parsed = read("guide.pdf", (DATA / "guide-en.pdf").read_bytes())
    assert "The automatic lid opens" in parsed.sections[0].text
    assert parsed.sections[2].text == "Part: Lid; Price: 12 EUR\nPart: Filter; Price: 7 EUR"
    assert parsed.meta.title == "guide"


def test_a_pdf_with_a_password_or_only_pictures_is_refused_with_its_reason() -> None:
    assert reason_of("a.pdf", (DATA / "encrypted.pdf").read_bytes()) == "encrypted"
    assert reason_of("a.pdf", (DATA / "scan.pdf").read_bytes()) == "empty"


@pytest.mark.parametrize("cut", [20, 200, 1500])
def test_a_pdf_that_was_cut_off_is_refused_or_read_but_never_crashes(cut: int) -> None:
    assert reason_of("a.pdf", (DATA / "manual-zh.pdf").read_bytes()[:-cut]) in ("damaged", "empty", "accepted")


FAQ = [
    ["常见问题（2026 版）"],
    ["问题", "相似问法1", "相似问法2", "答案", "链接"],
    ["怎么退货？", "如何退货", "想退掉", "在 App 里申请。", "https://a.example/r"],
    [None, None, None, None, None],
    ["运费谁出？", "", "邮费谁付", "我们出。", "javascript:x"],
    ["没有答案的问题", "", "", "", ""],
    ["", "", "", "没有问题的答案", ""],
]


def test_a_sheet_of_questions_gives_an_entry_per_row_and_a_warning_per_broken_row() -> None:
    parsed = read("faq.xlsx", workbook({"常见": FAQ}))
    assert [(entry.questions, entry.answer, entry.row, entry.link) for entry in parsed.entries] == [
        (("怎么退货？", "如何退货", "想退掉"), "在 App 里申请。", "常见!3", "https://a.example/r"),
        (("运费谁出？", "邮费谁付"), "我们出。", "常见!5", ""),
    ]
    assert [warning.split(":")[0] for warning in parsed.warnings] == ["常见!6", "常见!7"]


@pytest.mark.parametrize(
    "header",
    [
        ["Question", "Answer"],
        ["Q", "A"],
        ["问", "答"],
        ["标准问题", "标准答案"],
        ["问题 *", "回答（必填）"],
        ["question", "reply"],
    ],
)
def test_the_columns_of_questions_and_answers_are_known_by_many_names(header: list[str]) -> None:
    parsed = read("a.csv", f"{header[0]},{header[1]}\nHow?,So.\n")
    assert [(entry.questions, entry.answer) for entry in parsed.entries] == [(("How?",), "So.")]


def test_columns_with_other_names_are_declared() -> None:
    data = workbook({"S": [["用户说", "也会说", "我们说"], ["能退吗", "可以退货吗", "能。"]]})
    options = {"sheets": {"S": {"question_columns": ["用户说", "也会说"], "answer_column": "我们说"}}}
    assert read("a.xlsx", data, kind="faq", options=options).entries[0].questions == ("能退吗", "可以退货吗")
    assert "question_columns" in reason_detail(data)


def reason_detail(data: bytes) -> str:
    from shared.adapters.parsers.rejections import RejectedFile

    with pytest.raises(RejectedFile) as caught:
        read("a.xlsx", data, kind="faq")
    return caught.value.detail


def test_a_row_that_is_not_marked_public_is_left_out() -> None:
    parsed = read("a.csv", "问题,答案,可见范围\n退货？,十五天。,公开\n赔偿上限？,五百元。,内部\n")
    assert [entry.questions[0] for entry in parsed.entries] == ["退货？"]
    assert "not marked public" in parsed.warnings[0]


@pytest.mark.parametrize(
    ("column", "public", "internal"),
    [
        ("是否公开", "是", "否"),
        ("是否对外", "√", ""),
        ("公开（必填）", "是", "否"),
        ("是否内部", "否", "是"),
        ("内部", "", "√"),
        ("内部/外部", "外部", "内部"),
        ("可见性", "", "仅内部"),
        ("Internal only", "no", "yes"),
        ("Public?", "Yes", "No"),
    ],
)
def test_the_columns_by_which_companies_keep_a_row_to_themselves_are_known(column: str, public: str, internal: str) -> None:
    parsed = read("a.csv", f"问题,答案,{column}\n退货？,十五天。,{public}\n赔偿上限？,五百元。,{internal}\n")
    assert [entry.questions[0] for entry in parsed.entries] == ["退货？"]


def test_a_sheet_whose_rows_were_all_taken_back_is_no_empty_file_whose_earlier_version_may_stay() -> None:
    assert reason_of("a.csv", "问题,答案,是否公开\n赔偿上限？,五百元。,否\n") == "bad_metadata"
    assert reason_of("a.csv", "问题,答案,是否公开\n") == "empty"


def test_a_staff_file_keeps_the_rows_that_are_not_public() -> None:
    parsed = read("a.csv", "问题,答案,可见范围\n赔偿上限？,五百元。,内部\n", audience=Audience.STAFF)
    assert [entry.answer for entry in parsed.entries] == ["五百元。"]
    assert parsed.warnings == ()


def test_a_row_or_column_that_is_internal_is_left_out_of_tables_too() -> None:
    prices = read("a.csv", "型号,价格,内部备注,可见范围\nA1,100元,进价60,公开\nB2,80元,,内部\n")
    (table,) = prices.tables
    assert [dict(row.cells) for row in table.rows] == [{"型号": "A1", "价格": "100元"}]
    assert [warning.split(":")[0] for warning in prices.warnings] == ["a", "a!3"]
    contacts = read("b.csv", "部门,怎么找到他们,可见范围\n售后,请拨打客服热线转二,公开\n采购,底价请问老王本人,内部\n")
    assert [part.text for part in contacts.sections] == ["部门：售后；怎么找到他们：请拨打客服热线转二"]


@pytest.mark.parametrize("column", ["内部尺寸", "适用对象", "Public", "内部存储"])
def test_a_property_of_a_thing_is_not_taken_for_a_word_on_who_may_see_it(column: str) -> None:
    (table,) = read("a.csv", f"型号,价格,{column}\nA1,100元,学生\nB2,80元,否\n").tables
    assert [row.cells[column] for row in table.rows] == ["学生", "否"]


def test_a_row_of_facts_holds_on_no_day_on_which_its_document_does_not() -> None:
    text = "型号,价格,生效日期,失效日期\nA1,100元,2026-01-01,2026-06-30\nB2,80元,,\nC3,70元,2027-02-01,\n"
    parsed = read("a.csv", text, valid_from=date(2026, 3, 1), valid_to=date(2026, 12, 31))
    (table,) = parsed.tables
    assert [(row.valid_from, row.valid_to) for row in table.rows] == [
        (date(2026, 3, 1), date(2026, 6, 30)),
        (date(2026, 3, 1), date(2026, 12, 31)),
    ]
    assert "a!4" in parsed.warnings[0]


def test_several_sheets_hidden_sheets_hidden_columns_and_merged_cells() -> None:
    book = Workbook()
    first = book.active
    first.title = "问答"
    for row in (
        ["分类", "问题", "答案", "内部备注"],
        ["退货", "几天能退？", "十五天。", "毛利低"],
        [None, "谁付运费？", "顾客。", None],
    ):
        first.append(row)
    first.merge_cells("A2:A3")
    first.column_dimensions["D"].hidden = True
    secret = book.create_sheet("成本")
    secret.append(["问题", "答案"])
    secret.append(["成本？", "四十元。"])
    secret.sheet_state = "hidden"
    parsed = read("a.xlsx", saved(book))
    assert [entry.questions[0] for entry in parsed.entries] == ["几天能退？", "谁付运费？"]
    assert "毛利低" not in str(parsed) and "四十元" not in str(parsed)
    assert len(parsed.warnings) == 2


def _with_hidden_rows(rows: list[list[object]], hidden: list[int]) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = "表"
    for row in rows:
        sheet.append(row)
    for number in hidden:
        sheet.row_dimensions[number].hidden = True
    return saved(book)


def test_hidden_rows_of_questions_and_answers_are_left_out_and_counted() -> None:
    rows: list[list[object]] = [
        ["问题", "答案"],
        ["几天能退？", "十五天。"],
        ["成本？", "四十元。"],
        [None, None],
        ["谁付运费？", "顾客。"],
    ]
    parsed = read("a.xlsx", _with_hidden_rows(rows, [3, 4, 9]))
    assert [entry.questions[0] for entry in parsed.entries] == ["几天能退？", "谁付运费？"]
    assert "四十元" not in str(parsed)
    assert parsed.warnings == ("sheet '表': 1 hidden row was left out",)


def test_rows_that_a_filter_hides_are_no_facts() -> None:
    rows: list[list[object]] = [["型号", "价格(元)"], ["云雀 S3", 2499], ["云雀 S4", 2999], ["云雀 S5", 3499]]
    book = load_workbook(io.BytesIO(_with_hidden_rows(rows, [3, 4])))
    book["表"].auto_filter.ref = "A1:B4"
    book["表"].auto_filter.add_filter_column(0, ["云雀 S3"])
    parsed = read("a.xlsx", saved(book))
    assert [[row.row for row in table.rows] for table in parsed.tables] == [[2]]
    assert "2999" not in str(parsed) and "云雀 S5" not in str(parsed)
    assert parsed.warnings == ("sheet '表': 2 hidden rows were left out",)


def test_hidden_rows_are_no_text_and_the_others_keep_their_numbers() -> None:
    rows: list[list[object]] = [["代码", "含义"], ["E01", "主刷被缠住"], ["E02", "内部代码"], ["E03", "边刷卡住"]]
    parsed = read("codes.xlsx", _with_hidden_rows(rows, [3]))
    assert [(part.text, part.row) for part in parsed.sections] == [
        ("代码：E01；含义：主刷被缠住", "表!2"),
        ("代码：E03；含义：边刷卡住", "表!4"),
    ]


def test_a_merged_value_is_seen_beside_the_rows_that_are_not_hidden() -> None:
    book = Workbook()
    sheet = book.active
    for row in (["部件", "含义", "处理"], ["主刷", "缠住", "剪断"], [None, "磨损", "更换"]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    sheet.row_dimensions[2].hidden = True
    assert [part.text for part in read("a.xlsx", saved(book)).sections] == ["部件：主刷；含义：磨损；处理：更换"]


def test_a_workbook_whose_rows_are_all_hidden_is_empty_and_says_why() -> None:
    from shared.adapters.parsers.rejections import RejectedFile

    with pytest.raises(RejectedFile, match="2 hidden rows were left out") as caught:
        read("a.xlsx", _with_hidden_rows([["问题", "答案"], ["成本？", "四十元。"]], [1, 2]))
    assert caught.value.reason == "empty"


def test_a_sheet_that_is_neither_is_read_row_by_row_with_its_headers() -> None:
    parsed = read("codes.csv", "代码,含义,处理\nE01,主刷被缠住,剪断毛发\nE02,边刷卡住,清理边刷\n")
    assert [(part.text, part.row) for part in parsed.sections] == [
        ("代码：E01；含义：主刷被缠住；处理：剪断毛发", "codes!2"),
        ("代码：E02；含义：边刷卡住；处理：清理边刷", "codes!3"),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_with_any_delimiter_and_in_any_encoding(delimiter: str) -> None:
    text = f'问题{delimiter}答案\n"多行{delimiter}\n问题"{delimiter}好\n'
    assert read("a.csv", text.encode("gb18030")).entries[0].questions == (
        f"多行{delimiter} 问题".replace("\t", " ").replace("  ", " "),
    )


def test_numbers_dates_percentages_and_money_are_read_as_people_see_them() -> None:
    from datetime import date, time

    from shared.adapters.parsers.grid import cell_text

    assert [cell_text(2299), cell_text(12.5), cell_text(0.15, "0%"), cell_text(19, "¥#,##0"), cell_text(0.1 + 0.2)] == [
        "2299",
        "12.5",
        "15%",
        "¥19",
        "0.3",
    ]
    assert [cell_text(date(2026, 1, 2)), cell_text(time(9, 30)), cell_text(None), cell_text(" a \n b ")] == [
        "2026-01-02",
        "09:30",
        "",
        "a\nb",
    ]


def test_macros_old_formats_archives_and_disguises_are_refused() -> None:
    plain = workbook({"S": [["a", "b"], ["c", "d"]]})
    assert reason_of("a.xlsm", plain) == "macros"
    assert reason_of("a.xlsx", rezipped(plain, {"xl/vbaProject.bin": b"x"})) == "macros"
    assert reason_of("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600) == "unsupported"
    assert reason_of("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")) == "encrypted"
    assert reason_of("a.zip", rezipped(plain, {"xl/workbook.xml": b"", "x": b""})) in ("unsupported", "damaged")
    assert reason_of("a.pdf", "<html>not a pdf</html>") == "damaged"
    assert reason_of("a.exe", b"MZ123") == "unsupported"


def test_a_word_file_under_another_name_is_known_by_its_content() -> None:
    assert read("a.txt", word_file(lambda document: document.add_paragraph("你好"))).sections[0].text == "你好"


def test_a_damaged_office_file_is_refused() -> None:
    good = workbook({"S": [["a", "b"], ["c", "d"]]})
    assert reason_of("a.xlsx", good[: len(good) // 2]) == "damaged"
    assert reason_of("a.xlsx", rezipped(good, {"xl/workbook.xml": b"<workbook"})) == "damaged"
    assert reason_of("a.docx", rezipped(word_file(lambda _: None), {"word/document.xml": b"<w"})) == "damaged"


def test_an_empty_workbook_is_refused() -> None:
    out = io.BytesIO()
    Workbook().save(out)
    assert reason_of("a.xlsx", out.getvalue()) == "empty"
