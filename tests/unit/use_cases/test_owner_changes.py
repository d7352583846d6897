"""Who speaks for the company: every change is conditional, announced, and honest."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from shared.domain.conversation import Owner, TurnCommit
from shared.domain.dialog_state import DialogState, Pending
from shared.domain.errors import NotFoundError, OwnerChangedError
from tests.world import ANN, BOB, TENANT, World


def notices(world: World) -> list[str]:
    return [m.text for m in world.conversations.messages(TENANT, "c1", 0, 100) if m.author == "system"]


def test_taking_over_is_announced_to_the_customer(world: World) -> None:
    row = world.owners.take_over(TENANT, "c1", ANN)
    assert (row.owner, row.agent_name) == (Owner.AGENT, "小安")
    assert notices(world) == ["小安已接入，接下来由小安为您服务。"]


def test_taking_over_twice_is_announced_once(world: World) -> None:
    world.owners.take_over(TENANT, "c1", ANN)
    world.owners.take_over(TENANT, "c1", ANN)
    assert len(notices(world)) == 1


def test_a_second_agent_cannot_take_a_conversation_away(world: World) -> None:
    world.owners.take_over(TENANT, "c1", ANN)
    with pytest.raises(OwnerChangedError):
        world.owners.take_over(TENANT, "c1", BOB)


def test_an_agent_speaks_only_in_their_own_conversation(world: World) -> None:
    with pytest.raises(OwnerChangedError):
        world.speak.as_agent(TENANT, "c1", ANN, "您好", "m1")
    world.owners.take_over(TENANT, "c1", ANN)
    assert world.speak.as_agent(TENANT, "c1", ANN, "您好", "m1").agent_name == "小安"
    with pytest.raises(OwnerChangedError):
        world.speak.as_agent(TENANT, "c1", BOB, "我来", "m2")


def test_an_agents_reply_that_is_sent_again_after_a_lost_answer_stands_once(world: World) -> None:
    world.owners.take_over(TENANT, "c1", ANN)
    first = world.speak.as_agent(TENANT, "c1", ANN, "您好", "m1")
    assert world.speak.as_agent(TENANT, "c1", ANN, "您好", "m1") == first
    assert len(world.conversations.messages(TENANT, "c1", 0, 100)) == 2


def test_handing_back_lets_the_bot_go_on(world: World) -> None:
    world.owners.take_over(TENANT, "c1", ANN)
    world.owners.hand_back(TENANT, "c1", ANN)
    assert world.say("怎么退货？").reply is not None


def test_another_tenants_conversation_does_not_exist(world: World) -> None:
    with pytest.raises(NotFoundError):
        world.owners.take_over("other", "c1", ANN)


def test_a_customer_who_waits_in_vain_is_told_and_offered_a_ticket(world: World) -> None:
    world.agent_is_there()
    world.say("转人工")
    world.time.advance(timedelta(seconds=31))  # the agent's page was closed
    row = world.owners.give_up_waiting(TENANT, "c1")
    assert row.owner is Owner.BOT
    assert DialogState.read(row.state).pending is Pending.CONTACT
    assert "目前没有客服能接入" in notices(world)[-1]
    world.say("13812345678")
    assert len(world.tickets.for_conversation(TENANT, "c1")) == 1


def test_a_customer_whom_somebody_may_still_join_keeps_waiting(world: World) -> None:
    world.agent_is_there()
    world.say("转人工")
    world.time.advance(timedelta(seconds=20))
    assert world.owners.give_up_waiting(TENANT, "c1").owner is Owner.QUEUE


def test_nobody_waits_longer_than_patience_although_agents_are_there(world: World) -> None:
    world.agent_is_there()
    world.say("转人工")
    world.time.advance(world.owners.patience)
    world.agent_is_there()
    assert world.owners.give_up_waiting(TENANT, "c1").owner is Owner.BOT


def left_by_ann(world: World, *said: str) -> None:
    """Ann has the conversation and writes once; then her page is closed, and the customer goes on."""
    world.agent_is_there()
    world.owners.take_over(TENANT, "c1", ANN)
    world.speak.as_agent(TENANT, "c1", ANN, "您好", "m1")
    world.time.advance(timedelta(seconds=31))
    for text in said:
        world.say(text)


def waited_out(world: World) -> None:
    world.time.advance(world.owners.patience)


def test_a_customer_whom_an_agent_left_without_a_word_gets_a_ticket_about_what_they_wrote(world: World) -> None:
    left_by_ann(world, "我的灯坏了", "一直在闪")
    waited_out(world)
    row = world.owners.leave_absent_agent(TENANT, "c1")
    assert (row.owner, row.agent_id, row.waiting_since) == (Owner.BOT, "", None)
    assert "小安已不在线" in notices(world)[-1] and "前联系您" in notices(world)[-1]
    world.say("13812345678")
    (ticket,) = world.tickets.for_conversation(TENANT, "c1")
    assert ticket.summary == "我的灯坏了\n一直在闪"


def test_the_bot_answers_again_after_an_agent_left(world: World) -> None:
    left_by_ann(world, "在吗")
    waited_out(world)
    world.owners.leave_absent_agent(TENANT, "c1")
    reply = world.say("怎么退货？").reply
    assert reply is not None and "15 天" in reply.text


def test_where_another_agent_is_there_the_customer_of_an_absent_one_waits_in_the_queue(world: World) -> None:
    left_by_ann(world, "我的灯坏了")
    waited_out(world)
    world.agent_is_there(BOB)
    row = world.owners.leave_absent_agent(TENANT, "c1")
    assert (row.owner, row.agent_name, row.waiting_since) == (Owner.QUEUE, "", world.clock.now())
    assert "小安暂时离开了" in notices(world)[-1]
    # The queue's own rule tells them the truth later, and knows what they wanted.
    assert world.owners.give_up_waiting(TENANT, "c1").owner is Owner.QUEUE
    waited_out(world)
    row = world.owners.give_up_waiting(TENANT, "c1")
    assert DialogState.read(row.state).summary == "我的灯坏了"


def test_an_agent_who_is_there_and_slow_keeps_the_conversation(world: World) -> None:
    left_by_ann(world, "在吗")
    waited_out(world)
    world.agent_is_there()
    waited_out(world)
    # Her page was silent for less than the patience.
    assert world.owners.leave_absent_agent(TENANT, "c1").owner is Owner.AGENT


def test_an_absent_agent_keeps_a_customer_who_waits_for_nothing(world: World) -> None:
    left_by_ann(world)
    waited_out(world)
    assert world.owners.leave_absent_agent(TENANT, "c1").owner is Owner.AGENT
    world.say("在吗")
    assert world.owners.leave_absent_agent(TENANT, "c1").owner is Owner.AGENT
    waited_out(world)
    assert world.owners.leave_absent_agent(TENANT, "c1").owner is Owner.BOT


def test_a_reply_ends_the_wait_and_the_next_message_begins_another(world: World) -> None:
    left_by_ann(world, "在吗")
    waited_out(world)
    world.speak.as_agent(TENANT, "c1", ANN, "在的", "m2")
    assert world.owners.leave_absent_agent(TENANT, "c1").owner is Owner.AGENT
    world.say("我的灯坏了")
    assert world.conversations.get(TENANT, "c1").waiting_since == world.clock.now()


def test_who_came_from_the_queue_waits_for_the_agents_first_word(world: World) -> None:
    world.agent_is_there()
    world.say("转人工")
    world.say("我的灯坏了")
    world.owners.take_over(TENANT, "c1", ANN)
    world.time.advance(timedelta(seconds=31))
    waited_out(world)
    row = world.owners.leave_absent_agent(TENANT, "c1")
    assert DialogState.read(row.state).summary == "我的灯坏了"


def test_leaving_an_absent_agent_twice_is_announced_once(world: World) -> None:
    left_by_ann(world, "在吗")
    waited_out(world)
    first = world.owners.leave_absent_agent(TENANT, "c1")
    assert world.owners.leave_absent_agent(TENANT, "c1") == first


@pytest.mark.parametrize(
    ("act", "owner"),
    [
        (lambda world: world.speak.as_agent(TENANT, "c1", ANN, "在的", "m2"), Owner.AGENT),
        (lambda world: world.owners.hand_back(TENANT, "c1", ANN), Owner.BOT),
        (lambda world: world.owners.close(TENANT, "c1", ANN), Owner.BOT),
    ],
    ids=["reply", "hand_back", "close"],
)
def test_what_the_agent_does_at_the_last_moment_stands(
    world: World, act: Callable[[World], object], owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_by_ann(world, "在吗")
    waited_out(world)
    commit = world.conversations.commit

    def overtaken(wanted: TurnCommit) -> None:
        monkeypatch.setattr(world.conversations, "commit", commit)
        act(world)
        commit(wanted)

    monkeypatch.setattr(world.conversations, "commit", overtaken)
    row = world.owners.leave_absent_agent(TENANT, "c1")
    assert (row.owner, row.waiting_since) == (owner, None)
    assert not any("不在线" in notice for notice in notices(world))


def test_an_agent_who_comes_back_too_late_is_told_so_and_may_take_over_again(world: World) -> None:
    left_by_ann(world, "在吗")
    waited_out(world)
    world.owners.leave_absent_agent(TENANT, "c1")
    with pytest.raises(OwnerChangedError):
        world.speak.as_agent(TENANT, "c1", ANN, "抱歉", "m2")
    assert world.owners.take_over(TENANT, "c1", ANN).owner is Owner.AGENT


def test_feedback_is_kept_with_its_comment_and_may_be_changed(world: World) -> None:
    reply = world.say("怎么退货？").reply
    assert reply is not None
    world.speak.give_feedback(TENANT, "c1", reply.message_id, False, "没说运费", "corr")
    world.speak.give_feedback(TENANT, "c1", reply.message_id, True, "", "corr")
    kept = world.conversations.message(TENANT, "c1", reply.message_id).feedback
    assert kept is not None and (kept.helpful, kept.comment) == (True, "")


def test_the_same_verdict_again_keeps_the_comment_and_the_other_one_starts_without(world: World) -> None:
    reply = world.say("怎么退货？").reply
    assert reply is not None

    def rate(helpful: bool, comment: str | None = None) -> tuple[bool, str]:
        world.speak.give_feedback(TENANT, "c1", reply.message_id, helpful, comment, "corr")
        kept = world.conversations.message(TENANT, "c1", reply.message_id).feedback
        assert kept is not None
        return kept.helpful, kept.comment

    assert rate(False) == (False, "")
    assert rate(False, "没说运费") == (False, "没说运费")
    assert rate(False) == (False, "没说运费")
    assert rate(False, "运费谁出？") == (False, "运费谁出？")
    assert rate(False, " ") == (False, "")
    assert rate(False, "没说运费") == (False, "没说运费")
    assert rate(True) == (True, "")


def test_a_customers_own_message_cannot_be_rated(world: World) -> None:
    asked = world.say("怎么退货？").customer_message
    assert asked is not None
    with pytest.raises(Exception, match="name an answer"):
        world.speak.give_feedback(TENANT, "c1", asked.message_id, True, "", "corr")


def queued(world: World) -> None:
    world.agent_is_there()
    world.say("灯坏了，转人工")
    world.time.advance(timedelta(seconds=1))


def test_what_was_written_in_the_queue_is_in_the_ticket_that_is_offered(world: World) -> None:
    queued(world)
    world.say("昨天买的")
    world.say("还要等多久")
    world.say("一直在闪")
    waited_out(world)
    world.owners.give_up_waiting(TENANT, "c1")
    world.say("13812345678")
    (ticket,) = world.tickets.for_conversation(TENANT, "c1")
    assert ticket.summary == "灯坏了，转人工\n昨天买的\n还要等多久\n一直在闪"


def test_who_will_not_wait_leaves_the_queue_and_the_bot_answers_again(world: World) -> None:
    queued(world)
    left = world.say("算了，不等了")
    assert left.reply is not None and "已取消排队" in left.reply.text
    row = world.conversations.get(TENANT, "c1")
    assert (row.owner, row.waiting_since) == (Owner.BOT, None)
    assert world.say("怎么退货？").reply is not None


def test_who_asks_again_in_the_queue_is_told_how_many_are_ahead_and_keeps_the_place(world: World) -> None:
    world.agent_is_there()
    world.say("转人工", world.open("c0"))
    world.time.advance(timedelta(seconds=1))
    queued(world)
    world.say("转人工", world.open("c2"))
    since = world.conversations.get(TENANT, "c1").waiting_since
    for text in ("转人工", "还要等多久"):
        told = world.say(text)
        assert told.reply is not None and "前面还有 1 位" in told.reply.text
    row = world.conversations.get(TENANT, "c1")
    assert (row.owner, row.waiting_since) == (Owner.QUEUE, since)
    world.say("我的灯坏了")
    assert notices(world) == []


def test_who_asks_in_the_queue_after_everybody_has_gone_is_told_at_once(world: World) -> None:
    queued(world)
    world.say("昨天买的")
    world.time.advance(timedelta(seconds=31))
    told = world.say("在吗")
    assert told.reply is not None and "目前没有客服能接入" in told.reply.text
    row = world.conversations.get(TENANT, "c1")
    assert (row.owner, DialogState.read(row.state).summary) == (Owner.BOT, "灯坏了，转人工\n昨天买的")


def test_anything_else_in_the_queue_is_left_to_the_person(world: World) -> None:
    queued(world)
    for text in ("谢谢", "没有", "怎么退货？"):
        assert world.say(text).reply is None
