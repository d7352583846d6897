import { describe, expect, it } from "vitest";
import { contrast, cssColour, mix, parseColour, READABLE, readableOn, type Rgb, textOn } from "../src/theme/colour";
import { paletteOf } from "../src/theme/palette";

/** Every colour on a coarse grid, and the greys where black and white are hardest to choose between. */
const colours: Rgb[] = [];
for (let r = 0; r <= 255; r += 51) for (let g = 0; g <= 255; g += 51) for (let b = 0; b <= 255; b += 51) colours.push([r, g, b]);
for (let v = 100; v < 140; v++) colours.push([v, v, v]);

const of = (palette: Record<string, string>, name: string) => parseColour(palette[name])!;

describe("whatever colour a company chooses", () => {
  it("text on it can be read", () => {
    for (const colour of colours) expect(contrast(textOn(colour), colour)).toBeGreaterThanOrEqual(READABLE);
  });
  it("as text on light and on dark it is moved until it can be read", () => {
    for (const ground of [[255, 255, 255], [23, 26, 30]] as Rgb[])
      for (const colour of colours) expect(contrast(readableOn(colour, ground), ground)).toBeGreaterThanOrEqual(READABLE);
  });
  it("buttons, links and chips of the palette can be read", () => {
    for (const colour of colours) {
      const palette = paletteOf({ primary: cssColour(colour), accent: cssColour(colour), background: cssColour(colour), text: cssColour(colour) });
      const pairs: [string, string][] = [
        ["--kf-on-brand", "--kf-brand"],
        ["--kf-l-brand-text", "--kf-l-brand-soft"],
        ["--kf-l-brand-text", "--kf-l-ground"],
        ["--kf-d-brand-text", "--kf-d-brand-soft"],
        ["--kf-l-ink", "--kf-l-ground"],
      ];
      for (const [text, ground] of pairs) expect(contrast(of(palette, text), of(palette, ground)), `${text} of ${cssColour(colour)}`).toBeGreaterThanOrEqual(READABLE);
    }
  });
});

describe("a colour", () => {
  it("that is already readable is left alone", () => {
    expect(cssColour(readableOn([11, 95, 107], [255, 255, 255]))).toBe("#0b5f6b");
  });
  it("in a setting is a hex colour or nothing: no CSS passes through", () => {
    for (const text of ["red", "url(https://evil.example)", "#12", "#12345g", "var(--x)", "#fff;}", undefined]) expect(parseColour(text)).toBeNull();
    expect(parseColour("#0Bf")).toEqual([0, 187, 255]);
  });
  it("has the contrasts that WCAG's own examples give", () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 5);
    expect(contrast([119, 119, 119], [255, 255, 255])).toBeCloseTo(4.48, 2);
    expect(mix([0, 0, 0], [255, 255, 255], 0.5)).toEqual([128, 128, 128]);
  });
});
