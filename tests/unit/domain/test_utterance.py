"""What kind of thing a customer said."""

import time

import pytest

from shared.domain.person_request import asks_about_wait, leaves_queue
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
        ("转人工🙏🙏", Act.HANDOFF),
        ("麻煩幫我轉人工", Act.HANDOFF),
        ("我要找真人客服說話", Act.HANDOFF),
        ("我要投訴", Act.TICKET),
        ("我的工單怎麼樣了", Act.TICKET_STATUS),
        ("謝謝您", Act.THANKS),
        ("沒有別的問題了", Act.GOODBYE),
        ("你是機器人嗎", Act.WHO_ARE_YOU),
        ("我没时间跟你耗，转人工", Act.HANDOFF),
        ("订单多少天了都没发货，转人工", Act.HANDOFF),
        ("有真人吗", Act.HANDOFF),
        ("人工客服呢", Act.HANDOFF),
        ("叫你们经理来", Act.HANDOFF),
        ("别让机器人跟我说了", Act.HANDOFF),
        ("zhuan rengong", Act.HANDOFF),
        ("让客服联系我", Act.HANDOFF),
        ("human please", Act.HANDOFF),
        ("could you connect me with customer service", Act.HANDOFF),
        ("is there a human I can talk to", Act.HANDOFF),
        ("i dont want to talk to a bot", Act.HANDOFF),
        ("can someone call me back?", Act.HANDOFF),
        ("I've been waiting 2 hours let me talk to a person", Act.HANDOFF),
        ("我要投诉你们客服", Act.TICKET),
        ("可以帮我提个工单吗", Act.TICKET),
        ("I want to complain", Act.TICKET),
        ("工单12345678", Act.TICKET_STATUS),
        ("我的投诉有进展吗", Act.TICKET_STATUS),
        ("怎么还没人给我打电话", Act.TICKET_STATUS),
        ("any news?", Act.TICKET_STATUS),
        ("is my ticket being processed?", Act.TICKET_STATUS),
        ("工单号忘了", Act.TICKET_STATUS),
        ("取消工单", Act.TICKET_WITHDRAWN),
        ("帮我把刚才那个工单撤销了吧，我自己弄好了", Act.TICKET_WITHDRAWN),
        ("工单 12345678 不用处理了", Act.TICKET_WITHDRAWN),
        ("我的投诉不用了，谢谢", Act.TICKET_WITHDRAWN),
        ("please cancel my ticket", Act.TICKET_WITHDRAWN),
        ("you can close that ticket, it works again", Act.TICKET_WITHDRAWN),
        ("转人工[发怒]", Act.HANDOFF),
        ("给我回个电话", Act.HANDOFF),
        ("call me", Act.HANDOFF),
        ("someone real please", Act.HANDOFF),
        ("能安排个人联系我吗", Act.HANDOFF),
        ("[微笑]", Act.NOTHING_SAID),
        ("thank you, bye", Act.GOODBYE),
        ("your bot is stupid", Act.NOT_HELPED),
        ("大概什么时候能联系我", Act.TICKET_STATUS),
        ("when will someone call me", Act.TICKET_STATUS),
        ("what's happening with my ticket", Act.TICKET_STATUS),
        ("你是真人还是机器人啊", Act.WHO_ARE_YOU),
        ("你是谁", Act.WHO_ARE_YOU),
        ("am i speaking to a real person", Act.WHO_ARE_YOU),
        ("不是这个意思", Act.NOT_HELPED),
        ("你根本没听懂我的问题", Act.NOT_HELPED),
        ("什么破机器人", Act.NOT_HELPED),
        ("No, that is not what I meant", Act.NOT_HELPED),
        ("this is useless", Act.NOT_HELPED),
        ("谢谢🙏", Act.THANKS),
        ("知道了，谢谢", Act.THANKS),
        ("great, thanks", Act.THANKS),
        ("没别的了谢谢", Act.GOODBYE),
        ("that's all thanks", Act.GOODBYE),
        ("有人在吗", Act.GREETING),
        ("👌", Act.YES),
        ("好的，登记吧", Act.YES),
        ("没有", Act.NO),
        ("都不是", Act.NO),
        ("不登记", Act.NO),
        ("不想留电话", Act.SKIP),
        ("just reply here", Act.SKIP),
        ("？？？", Act.NOTHING_SAID),
        ("😂", Act.NOTHING_SAID),
        ("哈哈", Act.NOTHING_SAID),
        ("我有个问题", Act.NOTHING_SAID),
        ("想咨询一下", Act.NOTHING_SAID),
        ("hi i need help", Act.NOTHING_SAID),
        ("不登记工单，我就要人工", Act.HANDOFF),
        ("再提一个，发票没收到", Act.TICKET),
        ("你们这什么破客服", Act.NOT_HELPED),
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
        "人工费多少钱",
        "do you have a person's size chart",
        "机器人能跟人说话吗",
        "can the robot talk to a person",
        "孩子想跟人聊天用哪个模式",
        "周六能找到在线客服吗",
        "半夜能联系到客服吗",
        "can i chat to someone sat evening at 8",
        "跟客服聊的内容你们存多久",
        "上次人工客服让我寄回去，地址是哪里",
        "I want a person detector camera",
        "I need a representative sample of fabrics",
        "找个人来安装多少钱",
        "提交工单后多久有人联系",
        "what do you need from the packet if i want to complain",
        "why is my deposit frozen, i have an open complaint",
        "工单和投诉有什么区别",
        "make the case waterproof?",
        "快递怎么还没人联系我",
        "没用过这个怎么装",
        "不对劲，灯一直闪",
        "扫地机器人太笨了总卡住",
        "wrong size, can I exchange it?",
        "this is not what I ordered",
        "it is not working",
        "is this robot waterproof",
        "在这里回复评价有奖吗",
        "没有发票能退吗",
        "取消自动续费",
        "88折是怎么算的",
        "same day delivery?",
        "打开工单页面报错",
        "can it call me when motion is detected",
        "打电话没声音",
        "人工費多少錢",
        "有问题怎么办",
        "质量问题",
        "help center address",
        "oh no wifi",
        "再提一个问题，怎么退货",
        "怎么取消工单",
        "取消订单",
        "取消报修要收费吗",
        "报修之后可以取消订单吗",
        "how do I cancel my ticket?",
        "can I cancel my case of wine order",
    ],
)
def test_a_question_stays_a_question_although_it_holds_a_key_word(text: str) -> None:
    assert read_utterance(text).act is Act.QUESTION


@pytest.mark.parametrize(
    ("text", "pick"),
    [
        ("1", 0),
        ("第二个", 1),
        ("选3", 2),
        ("the first one", 0),
        ("option 2", 1),
        ("两", 1),
        ("１", 0),
        ("①", 0),
        ("2️⃣", 1),
        ("选第二个", 1),
        ("the 2nd one", 1),
    ],
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


@pytest.mark.parametrize(
    "piece",
    [
        "转",
        "你好",
        "a ",
        "find a ",
        "工单",
        "谢谢 ",
        "！",
        "connect me ",
        "不是",
        "谢谢，",
        "你是",
        "算了",
        "没有",
        "我要",
        "you ",
    ],
)
def test_long_adversarial_text_is_read_in_linear_time(piece: str) -> None:
    text = piece * (4000 // len(piece))
    started = time.process_time()
    read_utterance(text)
    assert time.process_time() - started < 1.0


@pytest.mark.parametrize(
    "text",
    [
        "算了",
        "不等了",
        "算了，不等了",
        "取消排队",
        "不用转人工了",
        "问题已经解决了，谢谢",
        "never mind",
        "leave the queue",
        "I don't need a human anymore thanks",
        "不需要人工了",
        "it's fixed now",
    ],
)
def test_who_waits_may_say_that_nobody_need_come(text: str) -> None:
    assert leaves_queue(text)


@pytest.mark.parametrize(
    "text",
    [
        "没有",
        "不是",
        "谢谢",
        "好的",
        "取消订单",
        "算了我还是问下退货吧",
        "好了",
        "ok",
        "no",
        "cancel my order",
        "我的灯坏了",
        "不用了可以退吗",
    ],
)
def test_anything_else_that_is_said_in_the_queue_keeps_the_place_in_it(text: str) -> None:
    assert not leaves_queue(text)


@pytest.mark.parametrize("text", ["还要等多久", "在吗", "前面还有几个人", "怎么还没人", "how long will it take", "anyone there?"])
def test_a_question_about_the_wait_is_one(text: str) -> None:
    assert asks_about_wait(text)


@pytest.mark.parametrize("text", ["保修多久", "退款还要多久到账", "我的灯坏了", "how long is the warranty", "有多少人的套餐"])
def test_a_question_about_anything_else_is_none(text: str) -> None:
    assert not asks_about_wait(text)
