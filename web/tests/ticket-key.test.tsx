import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, describe, expect, it, vi } from "vitest";
import { chatTexts } from "../src/text/chat-texts";
import { Blocks } from "../src/ui/blocks";
import { ReadingContext } from "../src/ui/context";
import type { Block } from "../src/wire/types";

const KEY = `kt_${"ab12".repeat(8)}.${"Zz-_".repeat(10)}`;
const CARD: Block = { type: "card", title: "工单 10000001", rows: [["状态", "已登记"], ["查询凭证", KEY]] };

function show(viewer: "customer" | "staff") {
  const reading = { texts: chatTexts.zh, language: "zh" as const, viewer, openSource: vi.fn() };
  return render(
    <ReadingContext.Provider value={reading}>
      <Blocks blocks={[CARD]} citations={[]} language="zh" answer={null} />
    </ReadingContext.Provider>,
  );
}

function clipboard(writeText: (text: string) => Promise<void>): void {
  vi.stubGlobal("navigator", { ...navigator, clipboard: { writeText } });
}

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("a ticket's key", () => {
  it("is not shown: the number and the status are", () => {
    const { container } = show("customer");
    expect(container.textContent).toContain("10000001");
    expect(container.textContent).toContain("已登记");
    expect(container.innerHTML).not.toContain(KEY);
  });

  it("is copied whole, and that is said", async () => {
    const copied: string[] = [];
    clipboard(async (text) => void copied.push(text));
    show("customer");
    fireEvent.click(screen.getByRole("button", { name: "复制查询凭证" }));
    expect(await screen.findByText(chatTexts.zh.ticketKeyCopied)).toBeTruthy();
    expect(copied).toEqual([KEY]);
  });

  it("can be copied by hand where a page may not write to the clipboard", async () => {
    clipboard(() => Promise.reject(new Error("denied")));
    show("customer");
    fireEvent.click(screen.getByRole("button", { name: "复制查询凭证" }));
    const field: HTMLInputElement = await screen.findByLabelText(chatTexts.zh.ticketKeyByHand);
    expect(field.value).toBe(KEY);
    expect(field.readOnly).toBe(true);
  });

  it("is the customer's: staff have no use for it", () => {
    const { container } = show("staff");
    expect(screen.queryByRole("button")).toBeNull();
    expect(container.innerHTML).not.toContain(KEY);
  });
});
