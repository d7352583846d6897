"""What is masked, what must not be, and that it takes linear time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.masking.masker import PatternMasker

MASKER = PatternMasker()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("我的手机 13812345678，请回电", "我的手机 [PHONE_1]，请回电"),
        ("电话13812345678谢谢", "电话[PHONE_1]谢谢"),
        ("+86 138 1234 5678", "[PHONE_1]"),
        ("+8613812345678", "[PHONE_1]"),
        ("0086-138-1234-5678", "[PHONE_1]"),
        ("138-1234-5678 或 139 8765 4321", "[PHONE_1] 或 [PHONE_2]"),
        ("１３８１２３４５６７８", "[PHONE_1]"),
        ("打 021-55551234 转 803 找我", "打 [PHONE_1] 找我"),
        ("家里座机（0571）8765 4321", "家里座机[PHONE_1]"),
        ("call me on +44 20 7946 0958", "call me on [PHONE_1]"),
        ("my US cell is (415) 555-0132", "my US cell is [PHONE_1]"),
        ("+1-415-555-0132.", "[PHONE_1]."),
        ("身份证 11010519491231002X 可以吗", "身份证 [ID_1] 可以吗"),
        ("１１０１０５１９４９１２３１００２Ｘ", "[ID_1]"),
        ("卡号 4111 1111 1111 1111 退款", "卡号 [CARD_1] 退款"),
        ("6222021234567890128", "[CARD_1]"),
        ("email li.lei+shop@mail.example.com please", "email [EMAIL_1] please"),
        ("邮箱是lilei@example.cn，谢谢", "邮箱是[EMAIL_1]，谢谢"),
        ("车牌沪A·D12345停在门口", "车牌[PLATE_1]停在门口"),
        ("京A12345", "[PLATE_1]"),
        ("138.1234.5678", "[PHONE_1]"),
        ("415 555 0132", "[PHONE_1]"),
        ("07700900123", "[PHONE_1]"),
        ("幺三八一二三四五六七八", "[PHONE_1]"),
        ("1 3 8 1 2 3 4 5 6 7 8", "[PHONE_1]"),
        ("打 021-55551234-803 找我", "打 [PHONE_1] 找我"),
        ("+1 (415) 555-0132 ext 12", "[PHONE_1]"),
        ("1-212-555-0199", "[PHONE_1]"),
        ("call me at 07700 900123", "call me at [PHONE_1]"),
        ("my number is 212 555 0199, thanks", "my number is [PHONE_1], thanks"),
        ("联系电话 9123 4567", "联系电话 [PHONE_1]"),
        ("wang @ qq.com", "[EMAIL_1]"),
        ("wang@qq。com。", "[EMAIL_1]。"),
        ("身份证号110105194912310029行吗", "身份证号[ID_1]行吗"),
        ("my passport number is E12345678", "my passport number is [ID_1]"),
        ("银行卡号 6222021234567890123 退款没到", "银行卡号 [CARD_1] 退款没到"),
        ("IBAN DE89 3704 0044 0532 0130 00", "IBAN [CARD_1]"),
        ("微信号wangfang88，加我", "微信号[ACCOUNT_1]，加我"),
        ("加我微信 wangfang_88", "加我微信 [ACCOUNT_1]"),
        ("QQ 123456789 登不上", "QQ [ACCOUNT_1] 登不上"),
        ("订单手机号13812345678", "订单手机号[PHONE_1]"),
    ],
)
def test_personal_data_becomes_a_placeholder(text: str, masked: str) -> None:
    assert MASKER.mask(text).text == masked


@pytest.mark.parametrize(
    "text",
    [
        "云雀 S3 Pro 现在 3299 元，会员价 3,099.00 元",
        "订单 202611220001234 什么时候发货",
        "订单号 6222021234567890128 查一下",
        "tracking number 4111111111111111",
        "SKU YG-S3P-13812345678",
        "SN13812345678",
        "2026-11-22 13:00 到 2026-11-23 18:00",
        "400-000-7731 打不通",
        "拨打 400 820 8820 或 8008208820",
        "门锁序列号 L5-20260101-0001",
        "110105194912310021 不是有效的身份证号",
        "4111111111111112",
        "固件 2.13.8123.45678",
        "IP 192.168.100.100",
        "尺寸 350 x 350 x 96.5 mm，功率 45 W",
        "云端录像保存 7 天，新A1 款",
        "support @ islelight",
        "价格 13812345678.50 元",
        "时间戳 1763800000000",
        "快递单号 13812345678 到哪了",
        "2611058832",
        "256GB 415 555 0132 pixels",
        "part number 415-555-0132",
        "P/N 0571-8765432",
        "+1 800 555 0199 is your hotline",
        "200-300-4000 mAh",
        "手机2000-3000元有推荐吗",
        "手机256 512 1024 选哪个",
        "电话手表 20261122 买的",
        "my order number is 212 555 0199",
        "微信 iPhone15 能登吗",
        "微信支付可以吗",
        "微信 support",
        "QQ音乐 12345678",
        "会员卡号 8800 1234 5678",
        "GB29 is the model",
        "DE89370400440532013001",
        "一二三四五六七八九十一",
        "me @ home. com",
    ],
)
def test_numbers_of_things_are_left_alone(text: str) -> None:
    assert MASKER.mask(text).text == text


def test_the_same_value_gets_the_same_placeholder_and_restores_exactly() -> None:
    text = "13812345678 打不通就打 +86 139-0000-1111，还是 13812345678，邮箱 a@b.example"
    masked = MASKER.mask(text)
    assert masked.text == "[PHONE_1] 打不通就打 [PHONE_2]，还是 [PHONE_1]，邮箱 [EMAIL_1]"
    assert masked.restore(masked.text) == text


def test_a_placeholder_that_the_customer_typed_is_kept_apart() -> None:
    masked = MASKER.mask("[PHONE_1] 是什么？我的号码 13812345678")
    assert masked.text == "[PHONE_1] 是什么？我的号码 [PHONE_2]"
    assert masked.restore(masked.text) == "[PHONE_1] 是什么？我的号码 13812345678"


@given(st.text(alphabet="0123456789+-() @.aX沪京电话１２［[PHONE_1]", max_size=120))
def test_restoring_gives_any_text_back(text: str) -> None:
    masked = MASKER.mask(text)
    assert masked.restore(masked.text) == text


MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    "piece",
    ["1", "1 ", "13", "138 ", "+", "+1", "+1 ", "0", "00", "(", "(0", "a", "a.", "a@", "@", "a@a.", "沪A", "沪A1", "4111 ", "4111-",
     "11010519491231002", "13812345678 ", "6222021234567890128,", "86", "x1", "[PHONE_1]", "１", "-", "a-", "1.", "0571-", "+86 ", "微信", "电话1 ", "call me ", "DE89 ", "a @ ", "1 3 "],
)  # fmt: skip
def test_masking_takes_time_in_proportion_to_the_text_whatever_stands_in_it(piece: str) -> None:
    # Compared with itself, not with a clock: a pattern that looks back and forth would take 16 times as long, or more.
    assert _seconds(piece, MEGABYTE) <= 10 * _seconds(piece, MEGABYTE // 4) + 0.5


def _seconds(piece: str, length: int) -> float:
    text = (piece * (length // len(piece) + 1))[:length]
    started = time.process_time()
    masked = MASKER.mask(text)
    took = time.process_time() - started
    assert masked.restore(masked.text) == text
    return took
