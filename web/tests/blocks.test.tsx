import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, describe, expect, it, vi } from "vitest";
import { chatTexts } from "../src/text/chat-texts";
import { Blocks } from "../src/ui/blocks";
import { ReadingContext } from "../src/ui/context";
import { MessageView, originLabel } from "../src/ui/message-view";
import { SourcePanel } from "../src/ui/source-panel";
import type { Block, Citation, Message, Rung } from "../src/wire/types";

afterEach(cleanup);

const HOSTILE = `<img src=x onerror=alert(1)><script>alert(1)</script>{{7*7}}`;
const citation: Citation = {
  number: 1, title: "退货规则", source: "https://example.com/a", quote: "十五天内可以退货", locator: "第 3 页", language: "zh", document_id: "d", chunk_id: "c", score: 1,
};

function message(changes: Partial<Message>): Message {
  return {
    message_id: "m1", position: 1, turn: 1, author: "bot", agent_name: "", text: "", language: "zh", blocks: [], citations: [], rung: "extractive", release: "r", confidence: 1,
    degraded: [], created_at: "2026-11-22T08:00:00Z", in_reply_to: "", feedback: null, ...changes,
  };
}

function show(children: preact.ComponentChildren, openSource = vi.fn()) {
  const reading = { texts: chatTexts.zh, language: "zh" as const, viewer: "customer" as const, openSource };
  return { openSource, ...render(<ReadingContext.Provider value={reading}>{children}</ReadingContext.Provider>) };
}

function blocks(list: Block[], answer: ((text: string) => void) | null = null) {
  return show(<Blocks blocks={list} citations={[citation]} language="zh" answer={answer} />);
}

describe("every string of every block", () => {
  const all: Block[] = [
    { type: "text", text: HOSTILE },
    { type: "list", items: [HOSTILE], ordered: true },
    { type: "citation", quote: HOSTILE, citation: 1, language: HOSTILE },
    { type: "choice", prompt: HOSTILE, choices: [{ label: HOSTILE, value: "v" }] },
    { type: "card", title: HOSTILE, rows: [[HOSTILE, HOSTILE]] },
    { type: "form", form: "f", prompt: HOSTILE, fields: [{ name: HOSTILE, label: HOSTILE, kind: "text", required: true }] },
  ];
  it.each(all)("of type $type is text, never markup", (block) => {
    const { container } = blocks([block], () => undefined);
    expect(container.querySelectorAll("img, script")).toHaveLength(0);
    expect(container.textContent).toContain(HOSTILE);
  });

  it("of a type we do not know yet leaves the others standing", () => {
    const strange = { type: "hologram", text: "?" } as unknown as Block;
    const { container } = blocks([strange, { type: "text", text: "照常显示" }]);
    expect(container.textContent).toBe("照常显示");
  });
});

describe("text", () => {
  it("becomes a link only for a web address, and keeps its words", () => {
    const { container } = blocks([{ type: "text", text: "请看 https://example.com/退货。或 javascript:alert(1)" }]);
    const links = [...container.querySelectorAll("a")];
    expect(links.map((a) => new URL(a.href).protocol)).toEqual(["https:"]);
    expect(links[0]?.rel).toContain("noopener");
    expect(container.textContent).toContain("。或 javascript:alert(1)");
  });

  it("opens the source that its number names", () => {
    const { openSource } = blocks([{ type: "text", text: "可以退货", citations: [1, 9] }]);
    fireEvent.click(screen.getByRole("button", { name: "出处 1：退货规则" }));
    expect(openSource).toHaveBeenCalledExactlyOnceWith(citation);
  });
});

describe("a quotation", () => {
  it("in another language says which", () => {
    blocks([{ type: "citation", quote: "15 days", citation: 1, language: "en" }]);
    expect(screen.getByText("原文为英语")).toBeTruthy();
    expect(screen.getByText("15 days").getAttribute("lang")).toBe("en");
  });
  it("in the answer's own language does not", () => {
    blocks([{ type: "citation", quote: "十五天", citation: 1, language: "zh" }]);
    expect(screen.queryByText(/原文为/)).toBeNull();
  });
});

describe("choices", () => {
  const choice: Block = { type: "choice", prompt: "您想问哪一项？", choices: [{ label: "退货", value: "怎么退货" }] };
  it("send their value", () => {
    const answer = vi.fn();
    blocks([choice], answer);
    fireEvent.click(screen.getByRole("button", { name: "退货" }));
    expect(answer).toHaveBeenCalledExactlyOnceWith("怎么退货");
  });
  it("of an old message cannot be pressed", () => {
    blocks([choice]);
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "退货" }).disabled).toBe(true);
  });
});

describe("a form", () => {
  const form: Block = {
    type: "form", form: "contact", prompt: "怎么联系您？",
    fields: [
      { name: "email", label: "邮箱", kind: "email", required: true },
      { name: "phone", label: "电话", kind: "phone", required: false },
      { name: "more", label: "说明", kind: "long_text", required: false },
    ],
  };
  const fill = (label: RegExp, value: string) => fireEvent.input(screen.getByLabelText(label), { target: { value } });

  it("sends its values as one message, a line each, empty ones left out", () => {
    const answer = vi.fn();
    blocks([form], answer);
    fill(/邮箱/, " a@b.cn ");
    fill(/说明/, "想退货");
    fireEvent.click(screen.getByRole("button", { name: "提交" }));
    expect(answer).toHaveBeenCalledExactlyOnceWith("邮箱: a@b.cn\n说明: 想退货");
  });

  it("cannot be sent twice", () => {
    const answer = vi.fn();
    const { container } = blocks([form], answer);
    fill(/邮箱/, "a@b.cn");
    fireEvent.submit(container.querySelector("form")!);
    expect(container.querySelector("fieldset")!.disabled).toBe(true);
  });

  it("says what is wrong beside the field and goes there", () => {
    const answer = vi.fn();
    blocks([form], answer);
    fill(/邮箱/, "不是邮箱");
    fireEvent.click(screen.getByRole("button", { name: "提交" }));
    expect(answer).not.toHaveBeenCalled();
    const field = screen.getByLabelText(/邮箱/);
    expect(document.getElementById(field.getAttribute("aria-describedby")!)?.textContent).toBe("请填写有效的邮箱地址");
    expect(document.activeElement).toBe(field);
  });

  it("that the conversation has moved on from is only its prompt", () => {
    const { container } = blocks([form]);
    expect(container.textContent).toBe("怎么联系您？");
  });
});

describe("the source panel", () => {
  it("closes on Escape and links only to an address that may be followed", () => {
    const onClose = vi.fn();
    const { container } = show(<SourcePanel citation={{ ...citation, source: "javascript:alert(1)" }} onClose={onClose} />);
    expect(container.querySelector("a")).toBeNull();
    expect(container.textContent).toContain("第 3 页");
    fireEvent.keyDown(screen.getByRole("dialog"), { key: "Escape" });
    expect(onClose).toHaveBeenCalledOnce();
  });
  it("links to the original where it has an address", () => {
    const { container } = show(<SourcePanel citation={citation} onClose={() => undefined} />);
    expect(container.querySelector("a")?.getAttribute("href")).toBe("https://example.com/a");
  });
});

describe("a message", () => {
  const shown = (changes: Partial<Message>) => show(<MessageView message={message(changes)} companyName="屿光" answer={null} rate={async () => undefined} />);

  it("names the person who wrote it", () => {
    shown({ author: "agent", agent_name: HOSTILE, text: "您好", rung: "person" });
    expect(screen.getByText(`人工客服：${HOSTILE}`)).toBeTruthy();
  });
  it("without blocks shows its text", () => {
    const { container } = shown({ text: "第一行\n第二行" });
    expect(container.querySelector(".kf-text")?.textContent).toBe("第一行\n第二行");
  });
  it("made while something was down says so", () => {
    shown({ text: "答", degraded: ["vector"] });
    expect(screen.getByText(chatTexts.zh.degraded)).toBeTruthy();
  });
  it.each<[Rung, number, string]>([
    ["extractive", 1, chatTexts.zh.fromDocuments],
    ["model", 1, chatTexts.zh.fromModel],
    ["fact", 1, chatTexts.zh.fromTable],
    ["cache", 1, chatTexts.zh.fromCache],
    ["model", 0, ""],
    ["refusal", 0, chatTexts.zh.noSource],
    ["small_talk", 0, ""],
  ])("of rung %s with %i sources is labelled honestly", (rung, sources, label) => {
    expect(originLabel(message({ rung, citations: sources ? [citation] : [] }), chatTexts.zh)).toBe(label);
  });
  it("can be rated when it answers, not when it chats", () => {
    shown({ text: "答", rung: "extractive" });
    expect(screen.queryByRole("button", { name: "有帮助" })).not.toBeNull();
    cleanup();
    shown({ text: "您好", rung: "small_talk" });
    expect(screen.queryByRole("button", { name: "有帮助" })).toBeNull();
  });
});
