"""What kind of thing a customer said."""

import time

import pytest

from shared.domain.utterance import Act, read_utterance


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("你好", Act.GREETING),
        ("您好，在吗？", Act.GREETING),
        ("Hello there!", Act.GREETING),
        ("谢谢！", Act.THANKS),
        ("好的，谢谢", Act.THANKS),
        ("thank you so much", Act.THANKS),
        ("拜拜", Act.GOODBYE),
        ("是的", Act.YES),
        ("要的", Act.YES),
        ("yes please", Act.YES),
        ("不用了，谢谢", Act.NO),
        ("算了吧", Act.NO),
        ("no thanks", Act.NO),
        ("跳过", Act.SKIP),
        ("转人工", Act.HANDOFF),
        ("我要找人工客服", Act.HANDOFF),
        ("能不能换个真人", Act.HANDOFF),
        ("我不想和机器人说了", Act.HANDOFF),
        ("Can I speak to someone?", Act.HANDOFF),
        ("需要人工客服", Act.HANDOFF),
        ("我要人工", Act.HANDOFF),
        ("帮我转一下人工，谢谢", Act.HANDOFF),
        ("给我接个真人", Act.HANDOFF),
        ("找你们客服处理", Act.HANDOFF),
        ("能不能找人工帮我看看", Act.HANDOFF),
        ("麻烦转人工客服处理一下", Act.HANDOFF),
        ("叫客服来", Act.HANDOFF),
        ("I need a human", Act.HANDOFF),
        ("I want to talk with a real person", Act.HANDOFF),
        ("please transfer me to an agent", Act.HANDOFF),
        ("let me speak with your manager", Act.HANDOFF),
        ("Talk to a person", Act.HANDOFF),
        ("put me through to a real person please", Act.HANDOFF),
        ("帮我提个工单", Act.TICKET),
        ("我要投诉", Act.TICKET),
        ("please open a ticket", Act.TICKET),
        ("我的工单怎么样了", Act.TICKET_STATUS),
        ("any update on my ticket?", Act.TICKET_STATUS),
    ],
)
def test_acts_are_recognised_in_both_languages(text: str, act: Act) -> None:
    assert read_utterance(text).act is act


@pytest.mark.parametrize(
    "text",
    [
        "人工客服几点上班",
        "客服电话是多少",
        "怎么提工单",
        "how do I open a ticket?",
        "早饭机多少钱",
        "不用胶可以装吗",
        "好用吗",
        "What are the opening hours of your human support?",
        "谢谢，不过退货运费谁出？",
        "Hello, where is my parcel?",
        "你好，我想问下怎么退货",
        "集尘袋需要人工清理吗",
        "安装需要人工费吗",
        "安装需要人工吗",
        "机器人要人工回充吗",
        "换滤网需要专员上门吗",
        "机器需要人工智能吗",
        "找一下人工安装的价格",
        "联系客服要准备什么",
        "How do I connect the vacuum to someone else's wifi?",
        "Can I transfer my account to another person?",
        "Does the camera need a person to set it up?",
        "Can the doorbell tell a person from a pet?",
        "I need a person to install it, what does it cost?",
    ],
)
def test_a_question_stays_a_question_although_it_holds_a_key_word(text: str) -> None:
    assert read_utterance(text).act is Act.QUESTION


@pytest.mark.parametrize(
    ("text", "pick"), [("1", 0), ("第二个", 1), ("选3", 2), ("the first one", 0), ("option 2", 1), ("两", 1)]
)
def test_a_number_picks_an_offered_choice(text: str, pick: int) -> None:
    heard = read_utterance(text)
    assert (heard.act, heard.pick) == (Act.PICK, pick)


def test_the_ticket_number_is_read_out_of_the_question() -> None:
    assert read_utterance("查一下工单 12345678 的进度").ticket_number == "12345678"


@pytest.mark.parametrize("text", ["那多少钱？", "它防水吗", "what about the S3?", "换成银色的呢"])
def test_a_follow_up_leans_on_the_question_before_it(text: str) -> None:
    assert read_utterance(text).follow_up


def test_a_full_question_does_not_lean_on_another() -> None:
    assert not read_utterance("云雀 S3 的保修期是多长时间").follow_up


@pytest.mark.parametrize("piece", ["转", "你好", "a ", "find a ", "工单", "谢谢 ", "！", "connect me "])
def test_long_adversarial_text_is_read_in_linear_time(piece: str) -> None:
    text = piece * (4000 // len(piece))
    started = time.process_time()
    read_utterance(text)
    assert time.process_time() - started < 1.0
