import pytest

from shared.domain.own_record import asks_for_own_record


@pytest.mark.parametrize(
    "question",
    [
        "帮我查下我这单到哪了，单号LF26112077",
        "YG2611058832这个快递到哪儿了",
        "订单 20261120093311 发货了没",
        "Where is my order AB-20991234?",
        "can you track parcel 9400111899223",
        "refund for order KX7781234 — what's the status",
        "订单LF26112077怎么还不发货",
        "LF26112077 怎么还没到",
        "单号SF1234567890123 三天没动了",
        "我的订单202611200933退款到账了吗",
        "订单号20261120093311 催一下",
        "LF26112077今天能到吗",
        "LF26112077 什么时候能到",
        "LF26112077發貨了嗎",
        "我的订单 ＬＦ26112077 到哪了",
        "order LF26112077 still hasn't arrived",
        "tracking number 9400111899223197 no update",
        "has order LF26112077 been refunded?",
    ],
)
def test_what_became_of_one_record_is_no_question_about_the_documents(question: str) -> None:
    assert asks_for_own_record(question)


@pytest.mark.parametrize(
    "question",
    [
        "订单到哪里查物流",
        "how do I track my order?",
        "我的订单 YG2611058832 收到是坏的，能换吗",
        "order AB20991234 came broken, can I return it within 15 days?",
        "WH1000 和 S3 Pro 哪个续航长",
        "固件 202611 版本什么时候推送",
        "保修期在哪查",
        "发票抬头 91310000 能改吗",
        "订单LF26112077可以改地址吗",
        "订单LF26112077还没发货能取消吗",
        "运单号 SF1234567890123 没收到货怎么申请赔付",
        "怎么查订单202611200933",
        "SN202611220001 保修什么时候到期",
        "how do I cancel order LF26112077",
        "order LF26112077 hasn't shipped, can I cancel it?",
        "",
    ],
)
def test_questions_that_documents_answer_are_left_to_them(question: str) -> None:
    assert not asks_for_own_record(question)


def test_a_very_long_text_is_read_in_linear_time() -> None:
    assert not asks_for_own_record("a1" * 20_000)
