"""The Bedrock reply model: shapes by botocore's own model of the service, streams and failures by a scripted endpoint."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.stub import ANY, Stubber

from shared.adapters.bedrock.client import reply_client
from shared.adapters.bedrock.reply_model import BedrockReplyModel, Guardrail
from shared.adapters.model_calls.permission import ModelCallRefusedError, model_calls
from shared.domain.blocks import ListBlock, TextBlock
from shared.domain.errors import DeadlineExceededError, DependencyUnavailableError, RateLimitedError
from shared.domain.reply import HistoryLine, ReplyDraft
from tests.evidence import passage, request
from tests.integration.bedrock import event_stream as frames
from tests.integration.bedrock.bedrock_server import BedrockServer, answers, bedrock_server, fails, session, streams

RETURNS = passage("自签收次日起 15 天内可以申请无理由退货。退款在验收后 3 个工作日内原路退回。", title="退货期限")
FEES = passage("质量问题的寄回运费由屿光承担。", title="退货运费")
MODEL = "eu.anthropic.claude-test-v1:0"
WHOLE = frames.whole("15 天内可以退货", "[1]。")

_CLIENTS: list[Any] = []


@pytest.fixture(autouse=True)
def _allowed(_no_model_calls: None) -> Iterator[None]:
    with model_calls(allowed=True):
        yield
    while _CLIENTS:
        _CLIENTS.pop().close()


def model_at(server: BedrockServer | str, **settings: Any) -> BedrockReplyModel:
    url = server if isinstance(server, str) else server.url
    _CLIENTS.append(reply_client(session(), endpoint_url=url, timeout_s=settings.get("timeout_s", 15.0)))
    return BedrockReplyModel(client=_CLIENTS[-1], model_id=MODEL, **settings)


def ask(model: BedrockReplyModel, question: str = "多少天内可以退货？", **settings: Any) -> tuple[ReplyDraft, list[str]]:
    heard: list[str] = []
    return model.reply(request(question, RETURNS, FEES, **settings), heard.append), heard


class TestAnswers:
    def test_a_streamed_answer_becomes_cited_blocks_with_its_token_counts(self) -> None:
        said = frames.whole("签收次日起 15 天内", "可以退货[1]。\n", "- 质量问题的运费由屿光承担 [2]\n- 退款 3 个工作日 [1]\n")
        with bedrock_server(streams(said)) as server:
            draft, heard = ask(model_at(server))
        assert draft.blocks == (
            TextBlock(text="签收次日起 15 天内可以退货。", citations=(1,)),
            ListBlock(items=("质量问题的运费由屿光承担", "退款 3 个工作日"), citations=(2, 1)),
        )
        assert (draft.tokens_in, draft.tokens_out) == (321, 45)
        assert draft.model.startswith(f"{MODEL}/")
        assert heard[:2] == ["签收次日起 15 天内", "可以退货[1]。\n"]

    def test_frames_may_be_cut_anywhere_on_their_way(self) -> None:
        data = b"".join(WHOLE)
        with bedrock_server(streams([data[place : place + 7] for place in range(0, len(data), 7)])) as server:
            assert ask(model_at(server))[0].text == "15 天内可以退货。"

    def test_the_request_carries_the_settings_and_the_evidence_as_data(self) -> None:
        with bedrock_server(streams(WHOLE)) as server:
            guard = Guardrail(identifier="gr-1", version="3")
            model = model_at(server, temperature=0.3, max_tokens=99, guardrail=guard)
            ask(model, history=(HistoryLine(speaker="customer", text="你好"),))
        (sent,) = server.seen
        assert sent.path == f"/model/{MODEL.replace(':', '%3A')}/converse-stream"
        assert sent.headers["authorization"].startswith("AWS4-HMAC-SHA256 ")
        assert sent.json["inferenceConfig"] == {"maxTokens": 99, "temperature": 0.3}
        assert sent.json["guardrailConfig"] == {"guardrailIdentifier": "gr-1", "guardrailVersion": "3"}
        (system,) = sent.json["system"]
        (message,) = sent.json["messages"]
        assert message["role"] == "user"
        assert RETURNS.chunk.text in message["content"][0]["text"]
        assert RETURNS.chunk.text not in system["text"]
        assert "customer: 你好" in message["content"][0]["text"]

    def test_a_model_that_takes_no_temperature_is_sent_none(self) -> None:
        with bedrock_server(streams(WHOLE)) as server:
            ask(model_at(server, temperature=None))
        assert server.seen[0].json["inferenceConfig"] == {"maxTokens": 500}

    def test_the_sentinel_is_an_abstention_and_not_an_answer(self) -> None:
        with bedrock_server(streams(frames.whole("NO_ANSWER_", "IN_PASSAGES\n"))) as server:
            assert ask(model_at(server))[0].abstained

    def test_events_that_are_not_text_are_passed_over(self) -> None:
        thought = frames.event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "hm"}}})
        with bedrock_server(streams([WHOLE[0], thought, *WHOLE[1:]])) as server:
            draft, heard = ask(model_at(server))
        assert draft.text == "15 天内可以退货。"
        assert "hm" not in "".join(heard)


class TestShapes:
    """botocore's Stubber checks requests and answers by the service's own model."""

    def test_converse_without_a_stream(self) -> None:
        model = model_at("http://127.0.0.1:9", streams=False)
        expected = {"modelId": MODEL, "system": ANY, "messages": ANY, "inferenceConfig": {"maxTokens": 500, "temperature": 0.1}}
        answer = {
            "output": {"message": {"role": "assistant", "content": [{"text": "可以退"}, {"text": "[1]"}]}},
            "stopReason": "end_turn",
            "usage": {"inputTokens": 7, "outputTokens": 2, "totalTokens": 9},
            "metrics": {"latencyMs": 3},
        }
        with Stubber(model.client) as stubber:
            stubber.add_response("converse", answer, expected)
            draft, heard = ask(model)
            stubber.assert_no_pending_responses()
        assert (draft.text, draft.tokens_in, draft.tokens_out, heard) == ("可以退", 7, 2, ["可以退[1]"])

    @pytest.mark.parametrize(
        ("code", "status", "error"),
        [
            ("ThrottlingException", 429, RateLimitedError),
            ("ServiceQuotaExceededException", 400, RateLimitedError),
            ("ModelNotReadyException", 429, RateLimitedError),
            ("ModelTimeoutException", 408, DeadlineExceededError),
            ("ValidationException", 400, DependencyUnavailableError),
            ("AccessDeniedException", 403, DependencyUnavailableError),
            ("ResourceNotFoundException", 404, DependencyUnavailableError),
            ("UnrecognizedClientException", 403, DependencyUnavailableError),
        ],
    )
    def test_an_error_by_its_name_is_asked_once(self, code: str, status: int, error: type[Exception]) -> None:
        model = model_at("http://127.0.0.1:9")
        with Stubber(model.client) as stubber:
            stubber.add_client_error("converse_stream", code, "客户的秘密", status)
            with pytest.raises(error) as caught:
                ask(model)
        assert "秘密" not in str(caught.value)

    @pytest.mark.parametrize(
        ("code", "status"), [("InternalServerException", 500), ("ServiceUnavailableException", 503), ("ModelErrorException", 424)]
    )
    def test_what_failed_in_passing_is_asked_once_more_and_no_more(self, code: str, status: int) -> None:
        model = model_at("http://127.0.0.1:9")
        with Stubber(model.client) as stubber:
            for _ in range(2):
                stubber.add_client_error("converse_stream", code, "no", status)
            with pytest.raises(DependencyUnavailableError, match=code):
                ask(model)
            stubber.assert_no_pending_responses()


class TestFailures:
    def test_the_second_attempt_may_answer(self) -> None:
        with bedrock_server(fails(503, "ServiceUnavailableException"), streams(WHOLE)) as server:
            assert ask(model_at(server))[0].text == "15 天内可以退货。"
        assert len(server.seen) == 2

    def test_the_sdk_repeats_nothing_of_its_own(self) -> None:
        with bedrock_server(fails(500, "InternalServerException")) as server:
            with pytest.raises(DependencyUnavailableError):
                ask(model_at(server))
            assert len(server.seen) == 2

    @pytest.mark.parametrize(
        "reason",
        [
            "max_tokens",
            "guardrail_intervened",
            "content_filtered",
            "tool_use",
            "malformed_model_output",
            "model_context_window_exceeded",
        ],
    )
    def test_a_reply_that_was_stopped_is_no_answer(self, reason: str) -> None:
        with bedrock_server(streams(frames.whole("15 天[1]", reason=reason))) as server:
            with pytest.raises(DependencyUnavailableError, match=reason):
                ask(model_at(server))
            assert len(server.seen) == 1

    @pytest.mark.parametrize(
        "step",
        [
            streams(WHOLE[:3]),
            streams(WHOLE[:3], cut=True),
            streams([*WHOLE[:2], WHOLE[2][:20]], cut=True),
            streams([*WHOLE[:2], WHOLE[2][:-1] + b"\0"]),
            streams([b"no frame at all, but long enough to have a prelude"]),
            streams([]),
            streams(frames.whole(" ")),
            streams([*WHOLE[:2], frames.failure("modelStreamErrorException"), *WHOLE[2:]]),
            streams([*WHOLE[:2], frames.failure("internalServerException")]),
            streams([*WHOLE[:2], frames.failure("validationException")]),
            streams([*WHOLE[:1], *[frames.text("长" * 5000)] * 5, *WHOLE[-3:]]),
        ],
        ids=lambda _: "",
    )
    def test_what_is_no_whole_answer_is_an_unavailable_model(self, step: Any) -> None:
        with bedrock_server(step) as server, pytest.raises(DependencyUnavailableError):
            ask(model_at(server))

    def test_throttling_in_the_middle_of_a_stream_is_a_rate_limit(self) -> None:
        with bedrock_server(streams([WHOLE[0], frames.failure("throttlingException")])) as server:
            with pytest.raises(RateLimitedError):
                ask(model_at(server))
            assert len(server.seen) == 1

    def test_after_text_was_heard_nothing_is_asked_again(self) -> None:
        with bedrock_server(streams([*WHOLE[:2], frames.failure("serviceUnavailableException")]), streams(WHOLE)) as server:
            with pytest.raises(DependencyUnavailableError):
                ask(model_at(server))
            assert len(server.seen) == 1

    def test_nobody_listening_is_an_unavailable_model(self) -> None:
        with pytest.raises(DependencyUnavailableError):
            ask(model_at("http://127.0.0.1:9"))

    def test_errors_hold_no_text_of_the_question_or_the_service(self) -> None:
        with bedrock_server(fails(500, "InternalServerException")) as server:
            with pytest.raises(DependencyUnavailableError) as caught:
                ask(model_at(server), "我的秘密问题")
        assert "秘密" not in str(caught.value)


class TestTime:
    @pytest.mark.parametrize("streaming", [True, False])
    def test_a_slow_first_byte_is_left_at_the_deadline_of_the_request(self, streaming: bool) -> None:
        with bedrock_server(answers({}, after_s=8)) as server:
            began = time.monotonic()
            with pytest.raises(DeadlineExceededError):
                ask(model_at(server, streams=streaming), within_s=1.2)
            assert time.monotonic() - began < 6
            assert len(server.seen) <= 1

    def test_a_model_that_drips_is_left_at_its_time_out(self) -> None:
        with bedrock_server(streams([frames.text("字")] * 100, pause_s=0.1)) as server:
            began = time.monotonic()
            with pytest.raises(DeadlineExceededError):
                ask(model_at(server, timeout_s=0.5))
            assert time.monotonic() - began < 5

    def test_a_drip_within_one_frame_is_left_too(self) -> None:
        data = frames.text("字" * 100)
        with bedrock_server(streams([data[place : place + 1] for place in range(100)], pause_s=0.1)) as server:
            began = time.monotonic()
            with pytest.raises(DeadlineExceededError):
                ask(model_at(server, timeout_s=0.5))
            assert time.monotonic() - began < 5

    def test_a_call_that_was_left_ends_by_itself(self) -> None:
        with bedrock_server(streams([frames.text("字")] * 100, pause_s=0.1)) as server:
            with pytest.raises(DeadlineExceededError):
                ask(model_at(server, timeout_s=0.5))
            ends_at = time.monotonic() + 8
            while _calls_under_way() and time.monotonic() < ends_at:
                time.sleep(0.05)
            assert _calls_under_way() == []

    def test_a_deadline_that_has_passed_calls_nobody(self) -> None:
        with bedrock_server(streams(WHOLE)) as server, pytest.raises(DeadlineExceededError):
            ask(model_at(server), within_s=-1)
        assert server.seen == []

    def test_text_is_heard_while_the_rest_is_still_on_its_way(self) -> None:
        at: list[float] = []
        with bedrock_server(streams(WHOLE, pause_s=0.15)) as server:
            began = time.monotonic()
            model_at(server).reply(request("几天？", RETURNS, FEES), lambda _: at.append(time.monotonic() - began))
            took = time.monotonic() - began
        assert at[0] < took - 0.1


def _calls_under_way() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "model-call"]


def test_tests_may_not_call_a_model_unless_they_say_so() -> None:
    with bedrock_server(streams(WHOLE)) as server, model_calls(allowed=False), pytest.raises(ModelCallRefusedError):
        ask(model_at(server))
    assert server.seen == []
