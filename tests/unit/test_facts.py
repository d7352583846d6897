from datetime import date

import pytest

from shared.domain.facts import look_up_facts
from tests.unit.fact_tables import PRICES, TABLES, TODAY, ask, said, table


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("云雀 S3 多少钱", "2299 元"),
        ("云雀S3现在卖多少钱啊？", "2299 元"),
        ("您好，请问一下 s3 什么价位", "2299 元"),
        ("我想给爸妈买个云雀Ｓ３，大概要花多少钱？", "2299 元"),
        ("我家 120 平，云雀 S3 多少钱？", "2299 元"),
        ("云雀 S3 pro 价格", "3999 元"),
        ("S3Pro怎么卖", "3999 元"),
        ("S3 Pro 会员价是多少", "3799 元"),
        ("松果P2的售价", "1299 元"),
        ("P2 开了会员是多少", "1239 元"),
        ("促销结束了，S3 Pro 现在多少钱", "3999 元"),
        ("寄到杭州运费要付多少", "8 元"),
        ("how much is the skylark s3 these days", "2299 元"),
        ("P2 滤芯多少钱一个", "169 元"),
        ("How much is the Skylark S3?", "2299 元"),
        ("what's the S3 Pro's price", "3999 元"),
        ("Hi, could you tell me how much a Vista C4 costs right now?", "399 元"),
        ("寄到新疆运费多少", "25 元"),
        ("快递到杭州要几天", "1-2 天"),
        ("发到西藏多久能到", "6-9 天"),
        ("How long does delivery to Tibet take?", "6-9 天"),
        ("北京国贸店电话多少", "010-0000-0003"),
        ("国贸店怎么走", "北京市朝阳区北岸街 3 号"),
        ("Team plan monthly price", "$29"),
        ("How much is Business per month?", "$99"),
        ("how many users does Team have", "10"),
    ],
)
def test_a_question_that_names_a_row_and_a_column_gets_the_cell(question: str, value: str) -> None:
    assert said(question) == [value]


@pytest.mark.parametrize(
    ("question", "hours"),
    [
        ("上海南京路店周末几点关门", "10:00-22:00"),
        ("南京路店星期三几点开门", "10:00-21:00"),
        ("浦东店今天营业到几点", "10:30-22:00"),
        ("浦东店明天几点打烊", "11:00-21:00"),
        ("北京的店周日几点开门", "09:30-22:00"),
        ("What time does the Pudong store close on Saturday?", "10:30-22:00"),
        ("Is the Guomao shop open tomorrow?", "10:00-21:30"),
        ("Nanjing Road opening hours on weekdays", "10:00-21:00"),
    ],
)
def test_hours_are_those_of_the_day_asked_for(question: str, hours: str) -> None:
    assert said(question) == [hours]


def test_without_a_day_all_hours_are_given() -> None:
    assert said("国贸店的营业时间") == ["10:00-21:30", "09:30-22:00"]


@pytest.mark.parametrize(
    "question",
    [
        "S3 怎么连 Wi-Fi",
        "S3 的价格保护怎么申请",
        "S3 电池多少钱",
        "云雀 S3 保修期内维修多少钱",
        "S3 坏了，修一下多少钱",
        "我的 S3 坏了，多少钱能修好",
        "为什么 S3 这么贵",
        "两台 S3 多少钱",
        "我的 S3 能卖多少钱",
        "S3 回收多少钱",
        "P2 会员积分多少",
        "S3 会员折扣是多少",
        "S3 二手多少钱",
        "S30 多少钱",
        "S3 Max 多少钱",
        "XS3 多少钱",
        "云雀 S5 多少钱",
        "去年 S3 多少钱",
        "双十一 S3 Pro 多少钱",
        "S3 保修多久",
        "S3 多重",
        "上海退货运费多少",
        "退货运费谁出",
        "运费险怎么买",
        "云雀 S3",
        "多少钱",
        "你好",
        "",
        "how much dust can the S3 hold",
        "how much does an S3 battery cost",
        "how much can I get for my S3",
        "how much can I sell my S3 for",
        "how do I connect the S3 to Wi-Fi",
        "Why is the S3 price so high?",
        "Can I return the S3?",
        "How much is the S3 Ultra?",
        "How much was the S3 last year?",
        "Is the Team plan any good?",
        "Does the Business plan include a warranty?",
    ],
)
def test_a_question_about_something_else_is_left_alone(question: str) -> None:
    assert ask(question).status == "none"


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("上海门店几点开门", ["上海南京路店", "上海浦东店"]),
        ("上海的店在哪", ["上海南京路店", "上海浦东店"]),
        ("where is your Shanghai store", ["Nanjing Road", "Pudong"]),
        ("望山多少钱", ["望山 C2", "望山 C4"]),
        ("扫地机器人多少钱", ["云雀 S3", "云雀 S3 Pro"]),
        ("你们几点开门", ["上海南京路店", "上海浦东店", "北京国贸店"]),
        ("运费多少", ["华东", "新疆西藏"]),
        ("望山 C2 有货吗", ["望山 C2 白色", "望山 C2 黑色"]),
    ],
)
def test_a_question_that_fits_several_rows_is_asked_back_with_their_names(question: str, names: list[str]) -> None:
    answer = ask(question)
    assert (answer.status, [hit.name for hit in answer.hits]) == ("ambiguous", names)


@pytest.mark.parametrize(
    "question",
    [
        "上海门店几点开门",
        "where is your Shanghai store",
        "望山多少钱",
        "扫地机器人多少钱",
        "你们几点开门",
        "运费多少",
        "望山 C2 有货吗",
    ],
)
def test_the_question_with_the_chosen_name_before_it_is_answered(question: str) -> None:
    for hit in ask(question).hits:
        for asked in (f"{hit.name}，{question}", f"{hit.name}: {question}", f"{hit.name} {question}"):
            answer = ask(asked)
            assert (answer.status, [(one.name, one.cells) for one in answer.hits]) == ("exact", [(hit.name, hit.cells)])


def test_rows_that_all_say_the_same_need_no_question_back() -> None:
    answer = ask("云雀 S3 有货吗")
    assert (answer.status, [(hit.name, hit.cells) for hit in answer.hits]) == ("exact", [("云雀 S3", (("库存", "有货"),))])


def test_a_second_name_tells_the_rows_apart() -> None:
    assert said("望山 C2 黑色有货吗") == ["缺货"]


@pytest.mark.parametrize(
    ("day", "price"),
    [
        (date(2026, 2, 28), []),
        (date(2026, 10, 31), ["2499 元"]),
        (date(2026, 11, 1), ["2299 元"]),
    ],
)
def test_a_price_changes_on_its_day(day: date, price: list[str]) -> None:
    assert said("云雀 S3 多少钱", day) == price


def test_a_promotion_holds_on_its_days_and_never_after() -> None:
    prices = [said("S3 Pro 多少钱", date(2026, 11, day)) for day in (1, 11, 12)]
    assert prices == [["3299 元"], ["3299 元"], ["3999 元"]]


def test_an_open_row_gives_way_to_the_one_that_began_later() -> None:
    assert said("松果 P2 多少钱", date(2027, 1, 1)) == ["1199 元"]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("最便宜的摄像头是哪款", ["望山 C2"]),
        ("哪款扫地机器人最贵", ["云雀 S3 Pro"]),
        ("哪些产品缺货", ["松果 P2 白色", "望山 C2 黑色"]),
        ("S3 有什么颜色", ["云雀 S3 白色", "云雀 S3 雾灰"]),
        ("S3 和 S3 Pro 分别多少钱", ["云雀 S3", "云雀 S3 Pro"]),
        ("which plan has the most storage", ["Business"]),
        ("compare Starter and Team", ["Starter", "Team"]),
    ],
)
def test_questions_over_several_rows_are_answered_from_all_of_them(question: str, names: list[str]) -> None:
    answer = ask(question)
    assert answer.status == "exact"
    assert {hit.name for hit in answer.hits} <= set(names) and answer.hits


def test_the_least_of_values_that_cannot_be_compared_is_not_guessed() -> None:
    assert ask("which plan has the most users").status == "none"


def test_the_cheapest_of_all_is_not_guessed_where_two_tables_have_prices() -> None:
    assert ask("which is the cheapest").status == "none"


def test_the_cheapest_of_a_thing_that_the_table_does_not_know_is_not_guessed() -> None:
    assert ask("最便宜的门锁是哪款").status == "none"


def test_a_question_on_two_tables_gets_both_cells() -> None:
    assert said("松果 P2 多少钱，有货吗") == ["1299 元", "缺货"]


def test_two_tables_that_contradict_each_other_are_not_chosen_between() -> None:
    other = table("旧价格表", "型号,价格(元)\n云雀 S3,2399\n")
    answer = look_up_facts("云雀 S3 多少钱", (*TABLES, other), TODAY)
    assert (answer.status, sorted(hit.cells[0][1] for hit in answer.hits)) == ("ambiguous", ["2299 元", "2399 元"])


def test_two_tables_that_agree_are_one_answer() -> None:
    answer = look_up_facts("云雀 S3 多少钱", (*TABLES, table("网店价格", PRICES)), TODAY)
    assert (answer.status, len(answer.hits)) == ("exact", 1)


def test_the_companys_synonyms_name_rows_too() -> None:
    answer = look_up_facts("扫地机多少钱", TABLES, TODAY, synonyms=[["扫地机", "扫地机器人"]])
    assert [hit.name for hit in answer.hits] == ["云雀 S3", "云雀 S3 Pro"]


def test_a_hit_says_where_it_stands() -> None:
    (hit,) = ask("云雀 S3 多少钱").hits
    assert (hit.title, hit.sheet, hit.row, hit.language) == ("产品价格", "产品价格", 3, "zh")


def test_names_labels_and_values_come_in_the_readers_language_where_the_company_gave_them() -> None:
    options = {
        "columns": {
            "库存": {"label_en": "Stock", "values_en": {"缺货": "out of stock"}},
            "颜色": {"values_en": {"黑色": "black"}},
        }
    }
    stock = table(
        "库存", "型号,别名,颜色,库存\n望山 C2,Vista C2,黑色,缺货\n", options={"key": ["型号", "别名", "颜色"], **options}
    )
    (hit,) = look_up_facts("Is the black Vista C2 in stock?", [stock], TODAY).hits
    assert (hit.name, hit.cells, hit.language) == ("Vista C2", (("Stock", "out of stock"),), "en")


@pytest.mark.parametrize(
    "question", ["S3" * 5000, "多少钱" * 3000, "周一至" * 2000, "a " * 9000, "。" * 9000, "\x00\x00S3 多少钱"]
)
def test_any_input_ends_quickly(question: str) -> None:
    assert ask(question).status in ("exact", "ambiguous", "none")


def test_a_large_table_is_looked_up_in_milliseconds() -> None:
    import time

    from shared.domain.fact_book import prepare
    from shared.domain.facts import look_up

    rows = "\n".join(f"部件 K{number},{number},有货" for number in range(15_000))
    book = prepare([table("部件", f"型号,价格(元),库存\n{rows}\n")])
    started = time.process_time()
    answer = look_up("部件 K12345 多少钱", book, TODAY)
    assert time.process_time() - started < 0.2
    assert [hit.cells for hit in answer.hits] == [(("价格", "12345 元"),)]
