from collections.abc import Callable, Mapping

from shared.domain.blocks import Answer
from shared.domain.conversation import Rung
from shared.use_cases.answer_each_question import answer_each_question
from tests.evidence import said

BOTH = "怎么退货，多久到账"


REFUSED = Answer(text="没有找到", blocks=(), rung=Rung.REFUSAL)


def asking(answers: Mapping[str, Answer]) -> tuple[Callable[[str], Answer], list[str]]:
    asked: list[str] = []

    def ask(question: str) -> Answer:
        asked.append(question)
        return answers.get(question, REFUSED)

    return ask, asked


def test_one_question_is_asked_once() -> None:
    ask, asked = asking({"怎么退货": said("网上申请", "returns")})
    assert answer_each_question("怎么退货", ask).text == "网上申请"
    assert asked == ["怎么退货"]


def test_two_questions_are_answered_in_turn_where_that_says_more() -> None:
    ask, _ = asking(
        {BOTH: said("网上申请", "returns"), "怎么退货": said("网上申请", "returns"), "多久到账": said("三天", "refund")}
    )
    answer = answer_each_question(BOTH, ask)
    assert answer.text == "网上申请\n三天"
    assert [citation.chunk_id for citation in answer.citations] == ["returns", "refund"]


def test_a_second_question_that_leans_on_the_first_is_read_with_it() -> None:
    ask, asked = asking({BOTH: REFUSED, "怎么退货": said("网上申请", "returns"), "怎么退货 多久到账": said("三天", "refund")})
    assert answer_each_question(BOTH, ask).text == "网上申请\n三天"
    assert asked[-2:] == ["多久到账", "怎么退货 多久到账"]


PRICE_AND_WARRANTY = "云雀S3多少钱，保修几年"
PRICE = {PRICE_AND_WARRANTY: said("2299 元", "prices"), "云雀S3多少钱": said("2299 元", "prices")}


def test_a_later_question_is_about_the_model_that_the_first_one_names() -> None:
    ask, _ = asking(
        {**PRICE, "保修几年": said("锁体 5 年", "locks"), "云雀 s3 保修几年": said("整机 2 年", "vacuums", above="保修多久")}
    )
    assert answer_each_question(PRICE_AND_WARRANTY, ask).text == "2299 元\n整机 2 年"


def test_where_nothing_is_said_of_that_model_the_later_question_stands_alone() -> None:
    ask, _ = asking({**PRICE, "保修几年": said("都是 2 年", "warranty")})
    assert answer_each_question(PRICE_AND_WARRANTY, ask).text == "2299 元\n都是 2 年"


def test_a_later_question_that_names_its_own_model_is_asked_as_it_stands() -> None:
    ask, asked = asking({"L5 保修几年": said("锁体 5 年", "locks"), "云雀S3多少钱": said("2299 元", "prices")})
    answer_each_question("云雀S3多少钱，L5 保修几年", ask)
    assert "云雀 s3 L5 保修几年" not in asked


TOPIC, RUNTIME, ABOUT = "云雀 s3", "电池能用多久", "云雀 s3 电池能用多久"


def told(about: Answer, alone: Answer) -> str:
    ask, _ = asking({ABOUT: about, RUNTIME: alone})
    return answer_each_question(RUNTIME, ask, TOPIC).text


def test_a_question_that_names_no_model_is_about_the_topic() -> None:
    assert told(said("电池约 150 分钟", "s3", confidence=0.8), said("约 6 个月", "locks", confidence=0.9)) == "电池约 150 分钟"


def test_an_answer_that_is_much_surer_without_the_topic_has_nothing_to_do_with_it() -> None:
    assert told(said("电池 150 分钟", "s3", confidence=0.6), said("都是一年", "all", confidence=0.9)) == "都是一年"
    assert told(said("电池 150 分钟", "s3", confidence=0.5), said("都是一年", "all", confidence=0.52)) == "都是一年"


def test_what_is_said_of_the_topic_has_to_be_about_the_question() -> None:
    assert told(said("适用 28 平方米", "s3", confidence=0.95), said("都是一年", "all", confidence=0.6)) == "都是一年"


def test_but_for_one_that_is_about_another_model() -> None:
    assert told(said("S3 电池：150 分钟", "s3", confidence=0.6), said("L5：约 6 个月", "locks")) == "S3 电池：150 分钟"


def test_a_row_of_a_table_is_the_topics_own_whatever_else_is_found() -> None:
    ask, asked = asking({ABOUT: said("150 分钟", "s3", rung=Rung.FACT, confidence=1.0)})
    assert answer_each_question(RUNTIME, ask, TOPIC).text == "150 分钟"
    assert asked == [ABOUT], "no second search"


def test_a_question_that_names_a_model_is_not_about_the_topic() -> None:
    ask, asked = asking({})
    answer_each_question("L5 电池能用多久", ask, TOPIC)
    assert asked == ["L5 电池能用多久"]


def test_where_one_of_them_has_no_answer_the_whole_stands() -> None:
    ask, _ = asking({BOTH: said("网上申请", "returns"), "怎么退货": said("网上申请", "returns")})
    assert answer_each_question(BOTH, ask).text == "网上申请"


def test_an_unsure_part_does_not_displace_the_whole() -> None:
    unsure = said("三天", "refund", confidence=0.5)
    ask, _ = asking({BOTH: said("网上申请", "returns"), "怎么退货": said("网上申请", "returns"), "多久到账": unsure})
    assert answer_each_question(BOTH, ask).text == "网上申请"


def test_the_same_place_is_not_quoted_twice() -> None:
    ask, _ = asking({BOTH: said("都在这里", "returns"), "怎么退货": said("申请", "returns"), "多久到账": said("三天", "returns")})
    assert answer_each_question(BOTH, ask).text == "都在这里"


def test_a_models_answer_to_all_of_them_stands() -> None:
    ask, asked = asking({BOTH: said("都答了", "returns", rung=Rung.MODEL)})
    assert answer_each_question(BOTH, ask).text == "都答了"
    assert asked == [BOTH]
