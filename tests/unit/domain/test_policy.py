"""From what was heard and what is pending to one typed action."""

from shared.domain.dialog_state import DialogState, Pending
from shared.domain.policy import (
    AskContact,
    CorrectContact,
    Heard,
    Look,
    OpenTicket,
    Phrase,
    Regret,
    ReportTickets,
    RequestPerson,
    Say,
    WithdrawTicket,
    decide,
)
from shared.domain.utterance import read_utterance


def hear(text: str, contact: str = "") -> Heard:
    return Heard(utterance=read_utterance(text), contact=contact)


FRESH = DialogState(last_question="扫地机器人不充电")
WAITING = DialogState(pending=Pending.CONTACT, summary="扫地机器人不充电", last_question="扫地机器人不充电")
OFFERED = DialogState(pending=Pending.TICKET_OFFER, summary="能不能改颜色")


def test_a_plain_question_is_looked_up() -> None:
    assert decide(hear("退货运费谁出"), FRESH) == Look(question="退货运费谁出")


def test_a_follow_up_carries_the_question_before_it() -> None:
    assert decide(hear("那多少钱？"), FRESH) == Look(question="那多少钱？", context="扫地机器人不充电")


def test_a_request_for_a_person_names_what_it_is_about() -> None:
    assert decide(hear("转人工"), FRESH) == RequestPerson(summary="扫地机器人不充电")


def test_a_request_for_a_person_wins_over_anything_pending() -> None:
    assert isinstance(decide(hear("转人工"), WAITING), RequestPerson)


def test_a_ticket_request_asks_for_a_contact_and_keeps_the_problem() -> None:
    assert decide(hear("提工单"), FRESH) == AskContact(summary="扫地机器人不充电")
    asked = "再提一个工单，发票也没收到"
    assert decide(hear(asked), FRESH) == AskContact(summary=f"扫地机器人不充电\n{asked}")


def test_what_is_said_with_the_request_is_in_the_summary() -> None:
    said = "我的订单三天没发货了，转人工"
    assert decide(hear(said), FRESH) == RequestPerson(summary=f"扫地机器人不充电\n{said}")
    said = "open another ticket about the broken lamp"
    assert decide(hear(said), OFFERED) == AskContact(summary=f"能不能改颜色\n{said}")
    assert decide(hear("open a ticket please"), OFFERED) == AskContact(summary="能不能改颜色")


def test_a_ticket_request_that_brings_its_contact_opens_at_once() -> None:
    action = decide(hear("帮我提工单，电话 13800001111", "13800001111"), FRESH)
    assert isinstance(action, OpenTicket)
    assert action.contact == "13800001111"


def test_the_contact_that_was_asked_for_opens_the_ticket() -> None:
    assert decide(hear("13800001111", "13800001111"), WAITING) == OpenTicket(summary="扫地机器人不充电", contact="13800001111")


def test_who_will_not_leave_a_contact_gets_a_ticket_all_the_same() -> None:
    assert decide(hear("跳过"), WAITING) == OpenTicket(summary="扫地机器人不充电", contact="")


def test_a_digression_is_answered_and_the_ticket_stays_open() -> None:
    assert decide(hear("维修要多少钱？"), WAITING) == Look(question="维修要多少钱？", beside_ticket=True)


def test_a_question_without_a_mark_is_one_too() -> None:
    for text in ("退货政策", "云雀S3 价格", "I want to know the warranty"):
        assert decide(hear(text), WAITING) == Look(question=text, beside_ticket=True)


def test_thanks_keep_the_ticket_open_and_a_goodbye_opens_none() -> None:
    late = DialogState(pending=Pending.CONTACT, summary="不充电", attempts=2)
    assert decide(hear("谢谢"), late) == Say(phrase=Phrase.THANKS, keep=True)
    assert decide(hear("再见"), late) == Say(phrase=Phrase.GOODBYE_WITHOUT_TICKET)


def test_a_question_that_holds_the_contact_is_not_lost_with_it() -> None:
    asked = "我的手机13800138000收不到验证码怎么办？"
    assert decide(hear(asked, "13800138000"), WAITING) == OpenTicket(summary=f"扫地机器人不充电\n{asked}", contact="13800138000")


def test_a_changed_mind_drops_the_ticket() -> None:
    for text in ("不用了", "算了不登记了", "那算了", "先不了，我自己看看", "不登记工单", "never mind", "I don't want to"):
        assert decide(hear(text), WAITING) == Say(phrase=Phrase.CONTACT_DROPPED), text


def test_who_would_rather_not_leave_a_contact_says_so_in_many_ways() -> None:
    for text in ("我不想留电话", "就在这里回复我吧", "不方便透露", "I'd rather not share", "just reply here", "没有联系方式"):
        assert decide(hear(text), WAITING) == OpenTicket(summary="扫地机器人不充电", contact=""), text


def test_a_word_that_is_no_contact_asks_for_it_again_without_giving_up() -> None:
    late = DialogState(pending=Pending.CONTACT, summary="不充电", attempts=2)
    for text in ("好的", "在吗", "1", "？？？"):
        assert decide(hear(text), late) == Say(phrase=Phrase.CONTACT_REMINDER, keep=True), text


def test_a_name_or_a_time_beside_the_contact_is_in_the_ticket() -> None:
    said = "我叫王芳，电话13812345678，下午三点以后打"
    assert decide(hear(said, "13812345678"), WAITING) == OpenTicket(summary=f"扫地机器人不充电\n{said}", contact="13812345678")
    plain = "我的手机号是13812345678，谢谢"
    assert decide(hear(plain, "13812345678"), WAITING) == OpenTicket(summary="扫地机器人不充电", contact="13812345678")


def test_what_a_form_says_the_matter_is_is_in_the_ticket() -> None:
    heard = Heard(utterance=read_utterance("13812345678"), contact="13812345678", told="灯坏了")
    state = DialogState(pending=Pending.CONTACT, summary="投诉")
    assert decide(heard, state) == OpenTicket(summary="投诉\n灯坏了", contact="13812345678")


def test_a_contact_takes_the_offer_of_a_ticket_and_a_question_with_a_number_does_not() -> None:
    taken = OpenTicket(summary="能不能改颜色", contact="13812345678")
    assert decide(hear("好的，我手机 13812345678", "13812345678"), OFFERED) == taken
    asked = "13812345678 收不到验证码怎么办"
    assert decide(hear(asked, "13812345678"), OFFERED) == Look(question=asked)


def test_a_contact_out_of_the_blue_corrects_the_last_tickets() -> None:
    for text in ("号码写错了，应该是13912345678", "13912345678", "sorry wrong number, it should be 13912345678"):
        assert decide(hear(text, "13912345678"), FRESH) == CorrectContact(text=text, contact="13912345678"), text
    asked = "13912345678 能查物流吗"
    assert decide(hear(asked, "13912345678"), FRESH) == Look(question=asked)


def test_who_asks_what_it_is_and_who_complains_is_answered_and_nothing_is_forgotten() -> None:
    assert decide(hear("你是机器人吗"), FRESH) == Say(phrase=Phrase.WHO_I_AM, keep=True)
    assert decide(hear("are you a robot?"), WAITING) == Say(phrase=Phrase.WHO_I_AM, keep=True)
    assert decide(hear("不是这个意思"), FRESH) == Regret(summary="扫地机器人不充电")
    assert decide(hear("？？"), FRESH) == Say(phrase=Phrase.LISTENING, keep=True)


def test_an_unreadable_contact_is_asked_for_again_and_then_the_ticket_opens_without() -> None:
    first = decide(hear("我家"), WAITING)
    assert first == AskContact(summary="扫地机器人不充电\n我家", attempts=1)
    third = decide(hear("我家"), DialogState(pending=Pending.CONTACT, summary="不充电", attempts=2))
    assert third == OpenTicket(summary="不充电\n我家", contact="")


def test_the_offer_of_a_ticket_is_taken_by_word_by_number_or_by_its_button() -> None:
    for text in ("好的", "1", "登记工单", "yes please", "Open a ticket"):
        assert decide(hear(text), OFFERED) == AskContact(summary="能不能改颜色"), text


def test_a_number_that_no_offer_has_leaves_the_offer_open() -> None:
    assert decide(hear("5"), OFFERED) == Say(phrase=Phrase.PICK_UNKNOWN, keep=True)


def test_a_mind_that_changes_to_a_question_is_asked_for_its_answer() -> None:
    asked = "算了，先问下怎么退货？"
    assert decide(hear(asked), WAITING) == Look(question=asked, beside_ticket=True)


def test_an_account_that_nobody_can_read_is_no_question() -> None:
    assert decide(hear("wangfang_88"), WAITING) == AskContact(summary="扫地机器人不充电\nwangfang_88", attempts=1)
    heard = Heard(utterance=read_utterance("wangfang"), from_form=True)
    assert decide(heard, WAITING) == AskContact(summary="扫地机器人不充电\nwangfang", attempts=1)


def test_the_second_offer_is_a_person() -> None:
    assert decide(hear("2"), OFFERED) == RequestPerson(summary="能不能改颜色")
    assert decide(hear("Talk to a person"), OFFERED) == RequestPerson(summary="能不能改颜色")


def test_a_new_question_after_an_offer_is_just_a_question() -> None:
    assert decide(hear("保修多久"), OFFERED) == Look(question="保修多久")


def test_a_number_picks_the_offered_question() -> None:
    state = DialogState(pending=Pending.CHOICE, choices=("怎么退货", "怎么换货"))
    assert decide(hear("第二个"), state) == Look(question="怎么换货")
    assert decide(hear("5"), state) == Say(phrase=Phrase.PICK_UNKNOWN, keep=True)


def test_a_yes_takes_the_only_question_that_was_offered() -> None:
    state = DialogState(pending=Pending.CHOICE, choices=("怎么退货",), last_question="退")
    for text in ("是的", "对", "好的", "yes"):
        assert decide(hear(text), state) == Look(question="怎么退货"), text


def test_a_yes_to_several_questions_asks_which_and_keeps_them() -> None:
    state = DialogState(pending=Pending.CHOICE, choices=("怎么退货", "怎么换货"))
    assert decide(hear("是的"), state) == Say(phrase=Phrase.PICK_WHICH, keep=True)


def test_a_no_to_the_offered_questions_forgets_them() -> None:
    for choices in (("怎么退货",), ("怎么退货", "怎么换货")):
        assert decide(hear("不是"), DialogState(pending=Pending.CHOICE, choices=choices)) == Say(phrase=Phrase.CHOICES_DROPPED)


def test_a_yes_or_a_no_to_nothing_is_acknowledged() -> None:
    for text in ("好的", "不用了"):
        assert decide(hear(text), FRESH) == Say(phrase=Phrase.ACKNOWLEDGED)


def test_a_number_without_an_offer_is_a_question() -> None:
    assert decide(hear("3"), DialogState()) == Look(question="3")


def test_ticket_status_names_its_number() -> None:
    assert decide(hear("查工单 12345678 进度"), FRESH) == ReportTickets(number="12345678")


def test_a_ticket_that_is_no_longer_wanted_is_withdrawn_or_while_its_form_is_open_dropped() -> None:
    said = "工单 12345678 不用处理了"
    assert decide(hear(said), FRESH) == WithdrawTicket(text=said, number="12345678")
    waiting = DialogState(pending=Pending.CONTACT, summary="灯坏了")
    assert decide(hear("取消工单"), waiting) == Say(phrase=Phrase.CONTACT_DROPPED)


def test_the_state_survives_storage() -> None:
    state = DialogState(pending=Pending.CONTACT, summary="s", attempts=1, choices=("a", "b"), last_question="q", reminders=2)
    assert DialogState.read(state.to_mapping()) == state
    assert DialogState.read({"from_the_future": 1, "pending": "of the future"}) == DialogState()


def test_after_a_greeting_yes_is_no_pick_and_a_number_is_one() -> None:
    greeted = DialogState(choices=("怎么退货", "怎么换货"))
    assert decide(hear("好的"), greeted) == Say(phrase=Phrase.ACKNOWLEDGED)
    assert decide(hear("ok"), greeted) == Say(phrase=Phrase.ACKNOWLEDGED)
    assert decide(hear("2"), greeted) == Look(question="怎么换货")


KNOWN = DialogState(pending=Pending.CONTACT, summary="不充电", known=True)


def test_the_contact_that_was_left_before_is_used_where_the_customer_says_so() -> None:
    for text in (
        "就用这个",
        "是的",
        "可以",
        "发到我之前的邮箱就行",
        "还用原来的",
        "the same number",
        "1",
        "Use this one",
        "yes",
        "the first one",
    ):
        assert decide(hear(text), KNOWN) == OpenTicket(summary="不充电", contact="", known=True), text


def test_who_wants_another_contact_is_asked_for_it() -> None:
    for text in ("换一个", "不是", "换个手机号吧", "2", "Use another", "no", "a different one"):
        assert decide(hear(text), KNOWN) == AskContact(summary="不充电", another=True), text


def test_a_contact_that_is_typed_at_once_wins_over_the_known_one() -> None:
    assert decide(hear("13911112222", "13911112222"), KNOWN) == OpenTicket(summary="不充电", contact="13911112222")


def test_who_will_leave_none_is_not_reached_by_the_known_one() -> None:
    assert decide(hear("跳过"), KNOWN) == OpenTicket(summary="不充电", contact="")


def test_that_the_known_contact_was_offered_survives_storage() -> None:
    assert DialogState.read(KNOWN.to_mapping()) == KNOWN
