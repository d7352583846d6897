"""What becomes of a ticket in a real conversation: what it says, by whom it is reached, and what the bot says of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.blocks import Answer, Choice, ChoiceBlock, FormBlock
from shared.domain.conversation import Message, Rung
from shared.domain.ticket import Ticket
from shared.domain.turn import TurnContext
from shared.ports import AnswerCommand
from tests.world import COMPANY, TENANT, World

PHONE = "13812345678"


def reply(world: World, text: str) -> Message:
    world.time.advance(timedelta(seconds=1))
    said = world.say(text).reply
    assert said is not None
    return said


def the_ticket(world: World) -> Ticket:
    (ticket,) = world.tickets.for_conversation(TENANT, "c1")
    return ticket


@pytest.mark.parametrize(
    ("filled_in", "contact"),
    [
        ("手机号或邮箱: 91234567", "91234567"),
        ("手机号或邮箱: 2125551234", "2125551234"),
        ("Phone or e-mail: 07700 900123", "07700 900123"),
        ("手机号或邮箱: 跳过", ""),
    ],
)
def test_the_form_is_read_as_the_page_sends_it(world: World, filled_in: str, contact: str) -> None:
    world.say("帮我提个工单，灯坏了")
    assert reply(world, filled_in).rung is Rung.TICKET
    assert the_ticket(world).contact == contact


def test_a_bare_request_is_asked_what_it_is_about_and_the_form_has_a_place_for_it(world: World) -> None:
    (form,) = reply(world, "投诉").blocks
    assert isinstance(form, FormBlock) and [field.name for field in form.fields] == ["matter", "contact"]
    assert not form.fields[0].required and "什么事" in form.prompt
    reply(world, f"什么事: 快递员骂人\n还摔东西\n手机号或邮箱: {PHONE}")
    assert (the_ticket(world).summary, the_ticket(world).contact) == ("投诉\n快递员骂人\n还摔东西", PHONE)


def test_who_has_said_what_it_is_about_is_asked_for_the_contact_alone(world: World) -> None:
    (form,) = reply(world, "我要投诉，快递员骂人").blocks
    assert isinstance(form, FormBlock) and [field.name for field in form.fields] == ["contact"]


def test_what_has_no_answer_while_a_contact_is_waited_for_goes_into_the_ticket_and_offers_no_second_one(world: World) -> None:
    reply(world, "投诉")
    noted = reply(world, "你们快递员态度太差了，骂人")
    assert noted.text.startswith("好的，已补充到工单里。") and noted.rung is Rung.FLOW
    asked = reply(world, "能退运费吗？")
    assert "这个问题我也一并记到工单里" in asked.text
    assert not any(isinstance(block, ChoiceBlock) for block in (*noted.blocks, *asked.blocks))
    reply(world, PHONE)
    assert the_ticket(world).summary == "投诉\n你们快递员态度太差了，骂人\n能退运费吗？"


def test_a_ticket_waits_for_its_contact_however_much_is_asked_meanwhile_and_stops_saying_so(world: World) -> None:
    reply(world, "帮我提个工单，灯坏了")
    answers = [reply(world, "怎么退货？") for _ in range(4)]
    assert ["联系方式" in answer.text for answer in answers] == [True, True, False, False]
    assert reply(world, PHONE).rung is Rung.TICKET
    assert the_ticket(world).summary == "帮我提个工单，灯坏了"


def test_a_mobile_number_with_a_digit_missing_is_not_promised_a_call(world: World) -> None:
    reply(world, "帮我提个工单，灯坏了")
    assert "没有认出" in reply(world, "1381234567").text
    reply(world, PHONE)
    assert the_ticket(world).contact == PHONE


def test_a_number_that_was_wrong_is_put_right_by_a_ticket_that_names_the_first(world: World) -> None:
    reply(world, "帮我提个工单，灯坏了")
    reply(world, PHONE)
    corrected = reply(world, "号码写错了，应该是13912345678")
    first, second = world.tickets.for_conversation(TENANT, "c1")
    assert "新的联系方式" in corrected.text and second.number in corrected.text
    assert second.contact == "13912345678"
    assert first.number in second.summary and "灯坏了" in second.summary


def test_a_number_without_any_ticket_is_a_question_like_another(world: World) -> None:
    assert reply(world, PHONE).rung is Rung.REFUSAL
    assert world.knowledge.asked == ["[PHONE_1]"]


def test_while_the_ticket_waits_for_its_contact_its_state_is_just_that(world: World) -> None:
    reply(world, "帮我提个工单，灯坏了")
    assert "还差一个联系方式" in reply(world, "我的工单怎么样了").text


def test_a_placeholder_stands_for_one_number_in_a_question_and_the_one_before_it(world: World) -> None:
    world.knowledge.known["[PHONE_1] 能查物流吗 那 [PHONE_2] 呢"] = "[PHONE_1] 和 [PHONE_2] 都能查。"
    reply(world, f"{PHONE} 能查物流吗")
    assert reply(world, "那 13912345678 呢").text == f"{PHONE} 和 13912345678 都能查。"


def test_a_chat_account_is_masked_and_is_a_contact_with_its_name(world: World) -> None:
    reply(world, "我的微信号wangfang_88 收不到通知怎么办")
    assert world.knowledge.asked == ["我的微信号[ACCOUNT_1] 收不到通知怎么办"]
    reply(world, "登记工单")
    reply(world, "加我微信wangfang_88")
    assert "微信wangfang_88" in the_ticket(world).contact


def test_who_asks_what_it_is_is_told_the_truth(world: World) -> None:
    assert "不是真人" in reply(world, "你是真人吗").text
    assert world.knowledge.asked == []


def test_who_was_not_helped_is_offered_a_person_about_what_they_had_asked(world: World) -> None:
    reply(world, "怎么退货？")
    sorry = reply(world, "答非所问")
    assert sorry.text.startswith("抱歉") and world.knowledge.asked == ["怎么退货？"]
    # "答非所问" is nothing that a document could answer.
    assert world.conversations.list_unanswered(TENANT, 10).items == ()
    reply(world, "登记工单")
    reply(world, PHONE)
    assert the_ticket(world).summary == "怎么退货？"


def test_a_ticket_about_what_was_picked_or_leant_on_says_what_that_was(world: World) -> None:
    world.knowledge.unsure["换"] = ChoiceBlock(prompt="是不是：", choices=(Choice(label="换货", value="怎么换货？"),))
    reply(world, "换")
    assert reply(world, "1").rung is Rung.REFUSAL
    assert reply(world, "那多久呢").rung is Rung.REFUSAL
    reply(world, "登记工单")
    reply(world, PHONE)
    assert the_ticket(world).summary == "怎么换货？\n那多久呢"


def test_while_knowledge_is_down_the_ticket_says_what_was_picked(world: World) -> None:
    world.knowledge.unsure["换"] = ChoiceBlock(prompt="是不是：", choices=(Choice(label="换货", value="怎么换货？"),))
    reply(world, "换")
    world.knowledge.down = True
    reply(world, "1")
    reply(world, PHONE)
    assert the_ticket(world).summary == "怎么换货？"


def test_a_fault_in_the_middle_of_a_ticket_does_not_lose_what_it_is_about(world: World) -> None:
    reply(world, "帮我提个工单，灯坏了")
    world.take_turn.apologise(world.accept("c1", "我叫王芳"), "bug")
    reply(world, PHONE)
    assert the_ticket(world).summary == "帮我提个工单，灯坏了\n我叫王芳"


def test_who_asks_for_a_person_and_leaves_a_number_is_not_asked_for_it_where_nobody_is_there(world: World) -> None:
    said = f"我想找人工客服，我的订单三天没动了，电话是{PHONE}"
    opened = reply(world, said)
    assert opened.text.startswith("现在没有客服在线，已先为您登记工单") and the_ticket(world).number in opened.text
    assert (the_ticket(world).summary, the_ticket(world).contact) == (said, PHONE)


def test_what_is_filled_in_where_a_contact_belongs_is_not_looked_up(world: World) -> None:
    reply(world, "帮我提个工单，灯坏了")
    assert "没有认出" in reply(world, "手机号或邮箱: wangfang").text
    assert world.knowledge.asked == []


def test_a_number_of_an_earlier_message_cannot_come_back_as_the_one_of_the_question(world: World) -> None:
    heard: list[AnswerCommand] = []

    def answer(command: AnswerCommand) -> Answer:
        heard.append(command)
        return world.knowledge(command)

    command = world.accept("c1", "那 13912345678 呢")
    world.say(f"{PHONE} 能查物流吗", world.open("c2"))
    recent = tuple(world.conversations.messages(TENANT, "c2", 0, 10))
    row = world.conversations.get(TENANT, "c1")
    context = TurnContext(conversation=row, recent=recent, command=command, language="zh", now=world.clock.now())
    ask = replace(world.draft.answer, answerer=answer)
    ask(world.masker.mask(command.text), "", COMPANY, context)
    assert heard[0].question == "那 [PHONE_1] 呢"
    assert heard[0].history[0].text == "[PHONE] 能查物流吗"


def test_a_ticket_is_withdrawn_by_a_person_and_where_none_is_there_by_a_ticket_that_names_it(world: World) -> None:
    reply(world, "取消工单")
    assert world.knowledge.asked == ["取消工单"], "some companies' tickets are for a play"
    reply(world, "帮我提个工单，灯坏了")
    reply(world, PHONE)
    first = the_ticket(world)
    asked = reply(world, "把工单取消吧，灯又亮了")
    assert world.tickets.for_conversation(TENANT, "c1")[-1] == first, "a colleague may be working on it"
    assert asked.rung is not Rung.TICKET
    reply(world, "对")
    tickets = world.tickets.for_conversation(TENANT, "c1")
    assert [one.number in tickets[-1].summary for one in tickets] == [True, False]
    assert "灯又亮了" in tickets[-1].summary and tickets[-1].contact == PHONE
