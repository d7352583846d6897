"""A turn: in order, once, in one transaction, by the owner alone."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from shared.adapters.clock import SystemClock
from shared.adapters.sqlite.database import Database
from shared.domain.blocks import Answer, Block, CardBlock, Choice, ChoiceBlock, CitationBlock, ListBlock, TextBlock
from shared.domain.conversation import Author, Owner, Rung
from shared.domain.ledger import LedgerStatus
from shared.domain.outbox import EventName
from shared.domain.turn import TurnContext, TurnStatus
from shared.ports import AnswerCommand
from shared.use_cases.take_turn import LOST_AFTER, TAKE_OVER_AFTER
from tests.world import ANN, COMPANY, TENANT, World


def transcript(world: World, conversation_id: str = "c1") -> list[tuple[str, str]]:
    return [(m.author, m.text) for m in world.conversations.messages(TENANT, conversation_id, 0, 1000)]


def ended(world: World, seq: int, conversation_id: str = "c1") -> LedgerStatus:
    return world.ledger.between(TENANT, conversation_id, seq, seq)[0].status


def test_a_question_is_answered_with_its_citation_and_the_ledger_says_so(world: World) -> None:
    result = world.say("怎么退货？")
    assert result.status is TurnStatus.ANSWERED
    assert result.reply is not None
    assert (result.reply.text, result.reply.rung) == ("签收后 15 天内可以退货。", Rung.EXTRACTIVE)
    assert result.reply.citations[0].source == "returns.md"
    assert result.reply.release == "r1+k7"
    assert ended(world, 1) is LedgerStatus.ANSWERED


def test_question_and_answer_stand_in_the_transcript_with_the_same_turn(world: World) -> None:
    world.say("怎么退货？")
    asked, answered = world.conversations.messages(TENANT, "c1", 0, 10)
    assert [asked.author, answered.author] == [Author.CUSTOMER, Author.BOT]
    assert [asked.position, answered.position] == [1, 2]
    assert asked.turn == answered.turn == 1
    assert answered.in_reply_to == asked.message_id


def test_a_copy_of_a_message_gets_the_first_ones_answer(world: World) -> None:
    first = world.take_turn(world.accept("c1", "怎么退货？", key="k"))
    again = world.take_turn(world.accept("c1", "怎么退货？", key="k"))
    assert again.reply == first.reply
    assert len(transcript(world)) == 2


def test_fifty_copies_at_once_make_one_turn_and_all_get_the_same_answer(tmp_path: Path) -> None:
    world = World(Database(tmp_path / "state.db"), SystemClock())
    world.open("c1")
    started = threading.Barrier(50)

    def one_copy(_: int) -> str:
        started.wait()
        result = world.take_turn(world.accept("c1", "怎么退货？", key="same"))
        assert result.reply is not None
        return result.reply.message_id

    with ThreadPoolExecutor(50) as pool:
        replies = set(pool.map(one_copy, range(50)))
    assert len(replies) == 1
    assert world.knowledge.asked == ["怎么退货？"]
    assert len(transcript(world)) == 2


def test_two_quick_messages_are_answered_in_the_order_of_acceptance(tmp_path: Path) -> None:
    world = World(Database(tmp_path / "state.db"), SystemClock())
    world.open("c1")
    first, second = world.accept("c1", "怎么退货？"), world.accept("c1", "谢谢")
    second_waits = threading.Event()
    world.knowledge.before_answering = lambda _: second_waits.wait(5) and None
    with ThreadPoolExecutor(2) as pool:
        late = pool.submit(world.take_turn, second)
        early = pool.submit(world.take_turn, first)
        second_waits.set()
        assert early.result().status is TurnStatus.ANSWERED
        assert late.result().status is TurnStatus.ANSWERED
    assert [text for author, text in transcript(world) if author == Author.CUSTOMER] == ["怎么退货？", "谢谢"]
    assert [m.position for m in world.conversations.messages(TENANT, "c1", 0, 10)] == [1, 2, 3, 4]


def test_a_message_behind_a_running_turn_is_parked_at_its_deadline_and_taken_up_later(world: World) -> None:
    first, second = world.accept("c1", "怎么退货？"), world.accept("c1", "谢谢")
    parked = world.take_turn(second)
    assert parked.status is TurnStatus.PENDING
    assert [e.name for e in world.outbox.unpublished(10)] == [EventName.TURN_PARKED]
    world.take_turn(first)
    assert world.resume(TENANT, "c1", "r1", "corr") == 1
    assert [author for author, _ in transcript(world)] == ["customer", "bot", "customer", "bot"]
    assert ended(world, 2) is LedgerStatus.ANSWERED


def test_a_parked_message_is_taken_once_however_often_it_is_resumed(world: World) -> None:
    first, second = world.accept("c1", "怎么退货？"), world.accept("c1", "谢谢")
    world.take_turn(second)
    world.take_turn(first)
    assert [world.resume(TENANT, "c1", "r1", "corr") for _ in range(3)] == [1, 0, 0]
    assert len(transcript(world)) == 4


def test_an_accepted_message_that_never_arrives_becomes_an_explicit_gap(world: World) -> None:
    world.accept("c1", "这条没有送到")
    world.time.advance(LOST_AFTER)
    result = world.say("怎么退货？")
    assert result.status is TurnStatus.ANSWERED
    authors = [author for author, _ in transcript(world)]
    assert authors == ["system", "customer", "bot"]
    assert ended(world, 1) is LedgerStatus.DEAD_LETTERED


def test_a_lost_message_that_is_sent_again_is_accepted_anew(world: World) -> None:
    world.accept("c1", "怎么退货？", key="k")
    world.time.advance(LOST_AFTER)
    world.say("谢谢")
    again = world.take_turn(world.accept("c1", "怎么退货？", key="k"))
    assert again.status is TurnStatus.ANSWERED


def test_a_copy_takes_the_turn_itself_when_the_first_one_died(world: World) -> None:
    world.accept("c1", "怎么退货？", key="k")  # accepted, and its worker killed
    world.time.advance(TAKE_OVER_AFTER)
    assert world.take_turn(world.accept("c1", "怎么退货？", key="k")).status is TurnStatus.ANSWERED


def test_a_bot_answer_that_comes_after_a_person_took_over_is_not_sent(world: World) -> None:
    world.knowledge.before_answering = lambda _: world.owners.take_over(TENANT, "c1", ANN) and None
    result = world.say("怎么退货？")
    assert result.status is TurnStatus.QUEUED
    assert [author for author, _ in transcript(world)] == ["system", "customer"]
    assert ended(world, 1) is LedgerStatus.QUEUED


def test_while_a_person_has_the_conversation_the_bot_is_silent(world: World) -> None:
    world.owners.take_over(TENANT, "c1", ANN)
    assert world.say("怎么退货？").status is TurnStatus.QUEUED
    assert world.knowledge.asked == []


def test_a_closed_conversation_opens_again_with_the_bot(world: World) -> None:
    world.owners.close(TENANT, "c1", ANN)
    result = world.say("怎么退货？")
    assert result.status is TurnStatus.ANSWERED
    assert result.conversation.closed_at is None


def test_personal_data_is_masked_before_retrieval_sees_it(world: World) -> None:
    world.say("我的手机号是 13812345678，怎么退货？")
    assert "13812345678" not in " ".join(world.knowledge.asked)


def test_an_unanswered_question_is_recorded_and_a_ticket_is_offered(world: World) -> None:
    result = world.say("能做月球配送吗")
    assert result.reply is not None and result.reply.rung is Rung.REFUSAL
    assert [block.type for block in result.reply.blocks] == ["text", "choice"]
    assert [e.name for e in world.outbox.unpublished(10)] == [EventName.QUESTION_UNANSWERED]
    assert [m.text for m in world.conversations.list_unanswered(TENANT, 10).items] == ["能做月球配送吗"]
    assert ended(world, 1) is LedgerStatus.REFUSED


def test_the_offered_ticket_is_opened_with_the_contact_in_the_same_transaction_as_the_turn(world: World) -> None:
    world.say("能做月球配送吗")
    asked = world.say("登记工单").reply
    assert asked is not None and asked.blocks[0].type == "form"
    opened = world.say("13812345678").reply
    assert opened is not None and opened.rung is Rung.TICKET
    (ticket,) = world.tickets.for_conversation(TENANT, "c1")
    assert (ticket.summary, ticket.contact) == ("能做月球配送吗", "13812345678")
    assert ticket.number in opened.text
    assert [e.name for e in world.outbox.unpublished(10)][-1] == EventName.TICKET_REQUESTED
    assert ended(world, 3) is LedgerStatus.TICKETED


def test_without_an_agent_a_request_for_a_person_is_honest_and_becomes_a_ticket(world: World) -> None:
    reply = world.say("转人工").reply
    assert reply is not None
    assert "没有客服在线" in reply.text
    assert world.conversations.get(TENANT, "c1").owner is Owner.BOT
    world.say("a@example.com")
    assert len(world.tickets.for_conversation(TENANT, "c1")) == 1


def test_with_an_agent_there_the_conversation_goes_to_the_queue(world: World) -> None:
    world.agent_is_there()
    reply = world.say("转人工").reply
    assert reply is not None and reply.rung is Rung.HANDOFF
    row = world.conversations.get(TENANT, "c1")
    assert (row.owner, row.waiting_since) == (Owner.QUEUE, reply.created_at)
    assert ended(world, 1) is LedgerStatus.QUEUED


def test_when_knowledge_is_down_the_last_answer_is_given_and_labelled(world: World) -> None:
    world.say("怎么退货？")
    world.knowledge.down = True
    reply = world.say("怎么退货？").reply
    assert reply is not None
    assert (reply.rung, reply.degraded) == (Rung.CACHE, ("knowledge",))


def test_a_model_that_was_asked_in_vain_is_named_even_where_another_try_is_given(world: World) -> None:
    """The turn took as long as the model did: the canary must not take that for the version's own slowness."""
    tries = iter((("refusal", ("model:deadline_exceeded",)), ("fact", ())))

    def answer(command: AnswerCommand) -> Answer:
        rung, degraded = next(tries)
        return Answer(text=rung, blocks=(), rung=rung, confidence=0.9, degraded=degraded)

    command = world.accept("c1", "那多少钱？")
    row = world.conversations.get(TENANT, "c1")
    context = TurnContext(conversation=row, recent=(), command=command, language="zh", now=world.clock.now())
    ask = replace(world.draft.answer, answerer=answer)
    draft = ask(world.masker.mask("那多少钱？"), "云雀 S3 防水吗", COMPANY, context)
    assert (draft.rung, draft.degraded) == (Rung.FACT, ("model:deadline_exceeded",))


def test_a_cached_answer_is_forgotten_after_ten_minutes(world: World) -> None:
    world.say("怎么退货？")
    world.knowledge.down = True
    world.time.advance(timedelta(minutes=10))
    reply = world.say("怎么退货？").reply
    assert reply is not None
    assert reply.blocks[0].type == "form"
    assert "登记一张工单" in reply.text


def test_a_quotation_that_was_withdrawn_meanwhile_is_not_given_from_the_cache(world: World) -> None:
    world.say("怎么退货？")
    world.knowledge.snapshot = 8  # published: somebody's next search sees it
    world.say("能做月球配送吗", world.open("c2"))
    world.knowledge.down = True
    reply = world.say("怎么退货？", world.open("c3")).reply
    assert reply is not None and reply.blocks[0].type == "form"


def test_a_models_answer_that_was_drafted_with_a_conversation_is_not_given_to_others(world: World) -> None:
    world.knowledge.rung = Rung.MODEL
    world.say("你好")
    world.say("怎么退货？")
    world.knowledge.down = True
    reply = world.say("怎么退货？", world.open("c2")).reply
    assert reply is not None and reply.blocks[0].type == "form"


def test_a_models_answer_to_a_first_question_is_given_to_others(world: World) -> None:
    world.knowledge.rung = Rung.MODEL
    world.say("怎么退货？")
    world.knowledge.down = True
    reply = world.say("怎么退货？", world.open("c2")).reply
    assert reply is not None and reply.rung is Rung.CACHE


def test_customers_see_their_own_data_and_no_placeholder_in_every_block(world: World) -> None:
    def all_blocks(text: str) -> tuple[Block, ...]:
        return (
            TextBlock(text=text),
            ListBlock(items=(text, "一")),
            CitationBlock(quote=text, citation=1, language="zh"),
            CardBlock(title=text, rows=((text, text),)),
            ChoiceBlock(prompt=text, choices=(Choice(label=text, value=text),)),
        )

    world.knowledge.known["[PHONE_1] 能查物流吗"] = "用 [PHONE_1] 查。"
    world.knowledge.blocks = all_blocks
    reply = world.say("13812345678 能查物流吗").reply
    shown = "用 13812345678 查。"
    assert reply is not None and (reply.text, reply.blocks) == (shown, all_blocks(shown))
    # The button's value is what the choice by its number stands for.
    assert world.conversations.get(TENANT, "c1").state["choices"] == [shown]


def test_a_fault_of_ours_ends_in_an_apology_with_a_ticket_and_not_in_a_blocked_conversation(world: World) -> None:
    broken = world.accept("c1", "怎么退货？")
    apology = world.take_turn.apologise(broken, "bug")
    assert apology.reply is not None and apology.reply.blocks[0].type == "form"
    assert ended(world, 1) is LedgerStatus.REFUSED
    assert world.say("怎么退货？").status is TurnStatus.ANSWERED


def test_a_follow_up_is_read_with_the_question_before_it(world: World) -> None:
    world.knowledge.known["云雀 S3 防水吗 那多少钱"] = "2299 元。"
    world.say("云雀 S3 防水吗")
    reply = world.say("那多少钱？").reply
    assert reply is not None and reply.text == "2299 元。"


def test_a_question_that_only_names_another_model_is_the_one_before_of_that_model_again_and_again(world: World) -> None:
    world.knowledge.known |= {"云雀 S3 多少钱": "2299 元。", "p2 多少钱": "1299 元。", "l5 多少钱": "1999 元。"}
    world.say("云雀 S3 多少钱")
    replies = [world.say(text).reply for text in ("那 P2 呢？", "L5呢")]
    assert [reply.text for reply in replies if reply] == ["1299 元。", "1999 元。"]


def test_the_model_that_was_talked_of_is_what_later_questions_are_about(world: World) -> None:
    world.knowledge.known |= {"云雀 S3 多少钱": "2299 元。", "云雀 s3 能跑多久": "150 分钟。"}
    world.say("云雀 S3 多少钱")
    world.say("谢谢")
    replies = [world.say(text).reply for text in ("能跑多久？", "怎么退货？")]
    assert [reply.text for reply in replies if reply] == ["150 分钟。", "签收后 15 天内可以退货。"]


def test_every_accepted_message_of_a_long_conversation_ends(world: World) -> None:
    for text in ("你好", "怎么退货？", "火星配送", "好的", "13812345678", "我的工单怎么样了", "谢谢", "拜拜"):
        world.say(text)
    assert all(e.status is not LedgerStatus.ACCEPTED for e in world.ledger.between(TENANT, "c1", 1, 8))
    row = world.conversations.get(TENANT, "c1")
    assert (row.last_seq, row.turn, row.version, row.positions) == (8, 8, 8, 16)


def test_the_first_copy_is_answered_although_its_deadline_has_passed(world: World) -> None:
    late = replace(world.accept("c1", "怎么退货？"), deadline_at_ms=0)
    assert world.take_turn(late).status is TurnStatus.ANSWERED


def test_two_workers_that_take_the_same_message_give_the_same_answer(world: World) -> None:
    command = world.accept("c1", "怎么退货？")
    inner: list[str] = []

    def overtake(_: str) -> None:
        world.knowledge.before_answering = lambda _: None
        result = world.take_turn(command)
        assert result.reply is not None
        inner.append(result.reply.message_id)

    world.knowledge.before_answering = overtake
    outer = world.take_turn(command)
    assert outer.reply is not None
    assert inner == [outer.reply.message_id]
    assert len(transcript(world)) == 2


def test_a_yes_to_one_offered_question_is_answered(world: World) -> None:
    world.knowledge.unsure["退"] = ChoiceBlock(prompt="是不是：", choices=(Choice(label="退货", value="怎么退货？"),))
    world.say("退")
    reply = world.say("是的").reply
    assert reply is not None and reply.text == "签收后 15 天内可以退货。"


def test_a_yes_to_several_offered_questions_offers_them_again_as_they_were_and_one_can_be_picked(world: World) -> None:
    choices = (Choice(label="换货", value="怎么换货？"), Choice(label="退货", value="怎么退货？"))
    world.knowledge.unsure["退"] = ChoiceBlock(prompt="是不是：", choices=choices)
    world.say("退")
    for _ in range(2):
        asked = world.say("好的").reply
        assert asked is not None
        assert asked.blocks == (ChoiceBlock(prompt="您要问的是哪一项？点一下，或回复序号即可：", choices=choices),)
        assert asked.text.splitlines()[1:] == ["1. 换货", "2. 退货"]
    reply = world.say("2").reply
    assert reply is not None and reply.text == "签收后 15 天内可以退货。"


def test_after_a_no_a_number_picks_nothing_any_more(world: World) -> None:
    world.knowledge.unsure["退"] = ChoiceBlock(prompt="是不是：", choices=(Choice(label="退货", value="怎么退货？"),))
    world.say("退")
    reply = world.say("不是").reply
    assert reply is not None and "换个说法" in reply.text
    world.say("1")
    assert world.knowledge.asked[-1] == "1"
