import time

import pytest

from shared.domain.contact import contact_said


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("2125551234", "2125551234"),
        ("07700 900123", "07700 900123"),
        ("0412 345 678", "0412 345 678"),
        ("91234567", "91234567"),
        ("my phone is (212) 555 1234", "(212) 555 1234"),
        ("手机号：138 0000 1111", "138 0000 1111"),
        ("我的电话是 021-5555 1234", "021-5555 1234"),
        ("zhang@例子.中国", "zhang@例子.中国"),
        ("邮箱 wang@example.com，谢谢", "wang@example.com"),
        ("微信 kefu_2026", "微信 kefu_2026"),
        ("加我微信：lin-lin88", "微信：lin-lin88"),
        ("WhatsApp +44 7700 900123", "WhatsApp +44 7700 900123"),
        ("my number is 212 555 0199 call after 5", "212 555 0199"),
        ("电话010-88881234，找王先生", "010-88881234"),
        ("+1 (415) 555-0132 ext 12", "+1 (415) 555-0132 ext 12"),
        ("邮箱：《wang@example.com》。", "wang@example.com"),
        ("wang @ qq.com", "wang@qq.com"),
        ("wang@qq。com", "wang@qq.com"),
    ],
)
def test_what_people_leave_when_they_are_asked_is_a_contact(text: str, contact: str) -> None:
    assert contact_said(text) == contact


@pytest.mark.parametrize(
    "text",
    [
        "我家",
        "退货政策",
        "12345",
        "S3 Pro 2299 元",
        "2026年11月22日买的",
        "不知道",
        "",
        "1234567890123456789",
        "2026-11-22",
        "20261122",
        "1381234567",
        "138123456789",
        "订单号 20261120093311",
        "预算2000-3000元",
        "晚上 19:00-21:00",
        "上海市张江路100弄5号602室",
        "S/N 2026112233",
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert contact_said(text) == ""


@pytest.mark.parametrize("piece", ["1 ", "a@", "微信", "(", "手机", "a @ ", "@a.", "1-", "转1"])
def test_a_long_text_takes_linear_time(piece: str) -> None:
    started = time.process_time()
    contact_said(piece * 20_000)
    assert time.process_time() - started < 2
