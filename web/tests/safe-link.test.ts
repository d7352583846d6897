import { describe, expect, it } from "vitest";
import { linkPieces, safeHref, telephoneHref } from "../src/ui/safe-link";

describe("an address", () => {
  it.each(["https://a.cn/b?c=1", "http://a.cn", "mailto:a@b.cn", "tel:4000007731"])("%s may be followed", (address) => {
    expect(safeHref(address)).not.toBeNull();
  });
  it.each([
    "javascript:alert(1)", " java\nscript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>", "vbscript:x", "file:///etc/passwd", "blob:https://a.cn/x",
    "//evil.example", "/relative", "knowledge/returns.md", "", "https://",
  ])("%j may not", (address) => expect(safeHref(address)).toBeNull());
});

describe("text with addresses", () => {
  it("is the same text in pieces", () => {
    for (const text of ["见 https://a.cn/x，或 http://b.cn/y。", "https://a.cn", "没有", "", "https:// 空", "（https://a.cn/(b)）尾"])
      expect(linkPieces(text).map((piece) => piece.text).join("")).toBe(text);
  });
  it("leaves the sentence's punctuation out of the link", () => {
    const hrefs = linkPieces("见 https://a.cn/x，或 http://b.cn/y。Or https://c.cn/z.").flatMap((piece) => piece.href ?? []);
    expect(hrefs).toEqual(["https://a.cn/x", "http://b.cn/y", "https://c.cn/z"]);
  });
});

it("a hotline becomes digits", () => {
  expect(telephoneHref("400-000-7731")).toBe("tel:4000007731");
  expect(telephoneHref("")).toBeNull();
});
