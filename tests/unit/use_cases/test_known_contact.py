"""Who has left a number or an address is not asked for it again."""

from datetime import timedelta

import pytest

from shared.domain.blocks import ChoiceBlock, FormBlock
from shared.domain.conversation import Message, Rung
from shared.domain.errors import DependencyUnavailableError
from shared.domain.profile import Profile, shown_contact
from tests.world import TENANT, World

PHONE, MAIL = "13812345678", "lin@example.com"


def reply(world: World, text: str) -> Message:
    said = world.say(text).reply
    assert said is not None
    return said


def tickets(world: World) -> list[str]:
    return [ticket.contact for ticket in world.tickets.for_conversation(TENANT, "c1")]


@pytest.fixture
def reached(world: World) -> World:
    """A customer who has opened a ticket, with a number."""
    world.say("提工单")
    world.say(PHONE)
    world.time.advance(timedelta(seconds=1))  # tickets of one moment have no order
    return world


def test_the_contact_of_a_ticket_is_kept_with_its_turn(reached: World) -> None:
    profile = reached.profiles.get(TENANT, "subject-c1")
    assert profile is not None and (profile.contact, profile.version) == (PHONE, 1)


def test_a_ticket_without_a_contact_keeps_nothing(world: World) -> None:
    world.say("提工单")
    world.say("跳过")
    assert world.profiles.get(TENANT, "subject-c1") is None


def test_for_the_next_ticket_the_customer_is_asked_whether_it_still_holds(reached: World) -> None:
    asked = reply(reached, "再提一个工单")
    (block,) = asked.blocks
    assert isinstance(block, ChoiceBlock) and [choice.value for choice in block.choices] == ["就用这个", "换一个"]
    assert "138****5678" in asked.text and PHONE not in asked.text
    assert reply(reached, "就用这个").rung is Rung.TICKET
    assert tickets(reached) == [PHONE, PHONE]


def test_where_nobody_is_there_it_is_offered_too(reached: World) -> None:
    asked = reply(reached, "转人工")
    assert "没有客服在线" in asked.text and "138****5678" in asked.text
    assert reply(reached, "好的").rung is Rung.TICKET


def test_another_contact_takes_its_place(reached: World) -> None:
    reached.say("提工单")
    assert isinstance(reply(reached, "换一个").blocks[0], FormBlock)
    reached.say(MAIL)
    assert tickets(reached) == [PHONE, MAIL]
    profile = reached.profiles.get(TENANT, "subject-c1")
    assert profile is not None and (profile.contact, profile.version) == (MAIL, 2)


def test_a_question_in_between_leaves_the_offer_open(reached: World) -> None:
    reached.say("提工单")
    assert "15 天" in reply(reached, "怎么退货？").text
    assert reply(reached, "就用这个").rung is Rung.TICKET


def test_the_same_contact_again_is_not_written_again(reached: World) -> None:
    reached.say(f"提工单，电话 {PHONE}")
    profile = reached.profiles.get(TENANT, "subject-c1")
    assert tickets(reached) == [PHONE, PHONE] and profile is not None and profile.version == 1


def test_what_else_is_known_of_the_customer_stays(world: World) -> None:
    now = world.clock.now() - timedelta(days=1)
    known = Profile(tenant=TENANT, subject_id="subject-c1", language="en", updated_at=now, name="林")
    world.profiles.put(known, 0)
    world.say(f"提工单，电话 {PHONE}")
    profile = world.profiles.get(TENANT, "subject-c1")
    assert profile is not None and (profile.name, profile.contact, profile.version) == ("林", PHONE, 2)


def test_while_profiles_cannot_be_read_the_customer_is_asked_and_the_ticket_is_opened(
    reached: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> Profile:
        raise DependencyUnavailableError("dynamodb", "down")

    monkeypatch.setattr(reached.profiles, "get", down)
    assert isinstance(reply(reached, "提工单").blocks[0], FormBlock)
    assert reply(reached, MAIL).rung is Rung.TICKET
    assert tickets(reached) == [PHONE, MAIL]


def test_a_contact_that_is_gone_since_it_was_offered_is_asked_for(reached: World, monkeypatch: pytest.MonkeyPatch) -> None:
    reached.say("提工单")
    monkeypatch.setattr(reached.profiles, "get", lambda *_: None)
    assert isinstance(reply(reached, "就用这个").blocks[0], FormBlock)
    assert tickets(reached) == [PHONE]


def test_two_conversations_of_one_customer_share_the_contact(reached: World) -> None:
    reached.start(TENANT, "c2", "subject-c1", "en", "c2")
    asked = reached.say("open a ticket", "c2").reply
    assert asked is not None and "138****5678" in asked.text and "Use this one" in asked.text


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        (PHONE, "138****5678"),
        (MAIL, "l***@example.com"),
        ("+8613812345678", "+86****5678"),
        ("5551234", "5****34"),
        ("微信 lin_88", "微****88"),
    ],
)
def test_a_contact_is_shown_so_that_its_owner_alone_knows_it(contact: str, shown: str) -> None:
    assert shown_contact(contact) == shown


def test_a_number_that_stands_in_the_question_is_not_asked_for_again(world: World) -> None:
    world.say(f"灯坏了怎么保修，联系电话{PHONE}")
    asked = reply(world, "登记工单")
    assert "138****5678" in asked.text and isinstance(asked.blocks[0], ChoiceBlock)
    assert reply(world, "就用这个").rung is Rung.TICKET
    profile = world.profiles.get(TENANT, "subject-c1")
    assert tickets(world) == [PHONE] and profile is not None and profile.contact == PHONE


def test_a_number_in_the_question_that_is_somebody_elses_is_replaced(world: World) -> None:
    world.say(f"{PHONE}总打骚扰电话怎么办")
    world.say("登记工单")
    assert isinstance(reply(world, "换一个").blocks[0], FormBlock)
    world.say(MAIL)
    assert tickets(world) == [MAIL]
