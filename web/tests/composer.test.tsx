import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { createRef } from "preact";
import { afterEach, describe, expect, it, vi } from "vitest";
import { chatTexts } from "../src/text/chat-texts";
import { Composer, MAX_CHARACTERS, sends } from "../src/ui/composer";

afterEach(cleanup);

function compose(draft = "") {
  const onSend = vi.fn();
  const onDraft = vi.fn();
  const words = { label: "消息", placeholder: "", send: "发送", hint: "", left: chatTexts.zh.charactersLeft };
  render(<Composer words={words} draft={draft} field={createRef<HTMLTextAreaElement>()} onDraft={onDraft} onSend={onSend} />);
  return { onSend, onDraft, field: screen.getByLabelText<HTMLTextAreaElement>("消息") };
}

describe("the composer", () => {
  it("sends on Enter and is empty afterwards", () => {
    const { onSend, onDraft, field } = compose("你好");
    fireEvent.keyDown(field, { key: "Enter" });
    expect(onSend).toHaveBeenCalledExactlyOnceWith("你好");
    expect([field.value, onDraft.mock.lastCall]).toEqual(["", [""]]);
  });
  it("breaks the line on Shift+Enter", () => {
    const { onSend, field } = compose("你好");
    fireEvent.keyDown(field, { key: "Enter", shiftKey: true });
    expect(onSend).not.toHaveBeenCalled();
  });
  it("does not send while an input method is choosing words", () => {
    const { onSend, field } = compose("ni hao");
    fireEvent.keyDown(field, { key: "Enter", isComposing: true });
    expect(onSend).not.toHaveBeenCalled();
    expect(sends({ key: "Enter", shiftKey: false, isComposing: false, keyCode: 229 } as KeyboardEvent)).toBe(false);
  });
  it("has nothing to send when only spaces are written", () => {
    const { onSend, field } = compose("  \n ");
    fireEvent.keyDown(field, { key: "Enter" });
    expect(onSend).not.toHaveBeenCalled();
  });
  it("counts characters as people do and refuses more than the contract allows", () => {
    const { onSend, field } = compose("😀".repeat(MAX_CHARACTERS));
    fireEvent.keyDown(field, { key: "Enter" });
    expect(onSend).toHaveBeenCalledOnce();
    fireEvent.input(field, { target: { value: "字".repeat(MAX_CHARACTERS + 1) } });
    fireEvent.keyDown(field, { key: "Enter" });
    expect(onSend).toHaveBeenCalledOnce();
    expect(screen.getByText("超出 1 字")).toBeTruthy();
  });
  it("keeps what is being written", () => {
    const { onDraft, field } = compose();
    fireEvent.input(field, { target: { value: "写到一半" } });
    expect(onDraft).toHaveBeenLastCalledWith("写到一半");
  });
});
