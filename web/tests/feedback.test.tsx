import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { useState } from "preact/hooks";
import { afterEach, describe, expect, it, vi } from "vitest";
import { chatTexts } from "../src/text/chat-texts";
import { ReadingContext } from "../src/ui/context";
import { FeedbackBar, type Rate } from "../src/ui/feedback";
import type { Feedback } from "../src/wire/types";

afterEach(cleanup);

function Rated({ save, given = null }: { save: Rate; given?: Feedback | null }) {
  const [feedback, setFeedback] = useState<Feedback | null>(given);
  const rate: Rate = async (helpful, comment) => {
    await save(helpful, comment);
    setFeedback((kept) => ({ helpful, comment: comment ?? (kept?.helpful === helpful ? kept.comment : "") }));
  };
  const reading = { texts: chatTexts.zh, language: "zh" as const, viewer: "customer" as const, openSource: () => undefined };
  return (
    <ReadingContext.Provider value={reading}>
      <FeedbackBar feedback={feedback} rate={rate} />
    </ReadingContext.Provider>
  );
}

describe("thumbs", () => {
  it("save the verdict at once and then offer a comment", async () => {
    const save = vi.fn<Rate>(async () => undefined);
    render(<Rated save={save} />);
    fireEvent.click(screen.getByRole("button", { name: "没有帮助" }));
    const comment = await screen.findByLabelText(chatTexts.zh.commentAskBad);
    fireEvent.input(comment, { target: { value: "没说运费" } });
    fireEvent.click(screen.getByRole("button", { name: "提交" }));
    await vi.waitFor(() => expect(save.mock.calls).toEqual([[false, undefined], [false, "没说运费"]]));
    await vi.waitFor(() => expect(screen.queryByLabelText(chatTexts.zh.commentAskBad)).toBeNull());
    expect(screen.getByRole("button", { name: "没有帮助" }).getAttribute("aria-pressed")).toBe("true");
  });
  it("show the comment again when the same one is pressed again, and send only what has changed", async () => {
    const save = vi.fn<Rate>(async () => undefined);
    render(<Rated save={save} given={{ helpful: false, comment: "没说运费" }} />);
    const field = () => screen.findByLabelText<HTMLTextAreaElement>(chatTexts.zh.commentAskBad);
    const send = () => fireEvent.click(screen.getByRole("button", { name: "提交" }));
    fireEvent.click(screen.getByRole("button", { name: "没有帮助" }));
    expect((await field()).value).toBe("没说运费");
    send();
    await vi.waitFor(() => expect(screen.queryByLabelText(chatTexts.zh.commentAskBad)).toBeNull());
    expect(save).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole("button", { name: "没有帮助" }));
    fireEvent.input(await field(), { target: { value: "运费谁出？" } });
    send();
    await vi.waitFor(() => expect(save.mock.calls).toEqual([[false, "运费谁出？"]]));
    await vi.waitFor(() => expect(screen.queryByLabelText(chatTexts.zh.commentAskBad)).toBeNull());
    fireEvent.click(screen.getByRole("button", { name: "没有帮助" }));
    expect((await field()).value).toBe("运费谁出？");
    fireEvent.input(await field(), { target: { value: "" } });
    send();
    await vi.waitFor(() => expect(save.mock.calls.at(-1)).toEqual([false, ""]));
  });
  it("ask anew when the other one is pressed", async () => {
    const save = vi.fn<Rate>(async () => undefined);
    render(<Rated save={save} given={{ helpful: false, comment: "没说运费" }} />);
    fireEvent.click(screen.getByRole("button", { name: "有帮助" }));
    expect((await screen.findByLabelText<HTMLTextAreaElement>(chatTexts.zh.commentAskGood)).value).toBe("");
    expect(save.mock.calls).toEqual([[true, undefined]]);
  });
  it("claim nothing when saving failed", async () => {
    render(<Rated save={async () => Promise.reject(new Error("down"))} />);
    fireEvent.click(screen.getByRole("button", { name: "有帮助" }));
    expect(await screen.findByText(chatTexts.zh.feedbackFailed)).toBeTruthy();
    expect(screen.getByRole("button", { name: "有帮助" }).getAttribute("aria-pressed")).toBe("false");
  });
});
