import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { chatTexts } from "../src/text/chat-texts";
import { deskTexts, durationText } from "../src/text/desk-texts";
import { inLanguage, momentText, preferredLanguage } from "../src/text/language";

const SRC = join(import.meta.dirname, "..", "src");
const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
const source = (name: string) => readFileSync(join(SRC, name), "utf8");
const code = (name: string) => source(name).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");

/** Every text of a catalogue, the ones with arguments tried out. */
function words(catalogue: object): string[] {
  return Object.entries(catalogue)
    .filter(([name]) => name !== "transcriptTexts" && name !== "author")
    .flatMap(([, value]: [string, unknown]) => {
      if (typeof value === "string") return [value];
      if (typeof value === "function") return [String((value as (...a: unknown[]) => unknown)("X", "Y"))];
      return words(value as object);
    });
}

describe("the catalogues", () => {
  const SWITCH = new Set(["中文"]);
  it("say everything, in their own language", () => {
    for (const catalogue of [chatTexts.zh, chatTexts.en, deskTexts.zh, deskTexts.en]) for (const text of words(catalogue)) expect(text.trim()).not.toBe("");
    for (const catalogue of [chatTexts.en, deskTexts.en])
      expect(words(catalogue).filter((text) => /\p{Script=Han}/u.test(text) && !SWITCH.has(text))).toEqual([]);
  });
  it("are where the words are: no component holds Chinese, and none writes English between tags", () => {
    const components = files.filter((name) => name.endsWith(".tsx"));
    expect(components.length).toBeGreaterThan(20);
    for (const name of components) {
      expect(code(name), name).not.toMatch(/\p{Script=Han}/u);
      expect(code(name), name).not.toMatch(/>\s*[A-Za-z][a-z]+ [a-z ]+\s*<\//);
      expect(code(name), name).not.toMatch(/(aria-label|title|placeholder)="[^"]+"/);
    }
  });
});

it("nothing in the sources makes HTML from a string", () => {
  for (const name of files) expect(code(name), name).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/i);
});

describe("languages", () => {
  it.each([
    [["zh-CN", "en"], "zh"],
    [["zh-Hant-TW"], "zh"],
    [["yue-HK"], "zh"],
    [["en-GB", "zh"], "en"],
    [["fr", "zh-CN"], "zh"],
    [["de-DE"], "en"],
    [[], "en"],
  ])("of a browser with %j is %s", (tags, language) => expect(preferredLanguage(tags)).toBe(language));
  it("fall back to the one a company has", () => {
    expect(inLanguage({ zh: "屿光" }, "en", "")).toBe("屿光");
    expect(inLanguage({}, "en", "?")).toBe("?");
  });
});

it("times show the date only on other days", () => {
  const now = new Date(2026, 10, 22, 18, 0);
  expect(momentText(new Date(2026, 10, 22, 14, 5).toISOString(), "zh", now)).toBe("14:05");
  expect(momentText(new Date(2026, 10, 21, 14, 5).toISOString(), "zh", now)).toContain("11月21日");
  expect(momentText("not a time", "zh", now)).toBe("");
});

it("durations are short", () => {
  expect([durationText(45_000, "zh"), durationText(125_000, "en"), durationText(7_300_000, "en")]).toEqual(["45秒", "2 min", "2 hr"]);
});
