/** Company colours made safe to read: contrast by WCAG 2.2 (relative luminance), >= 4.5 for text. */

export type Rgb = readonly [number, number, number];

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
export const READABLE = 4.5;

/** "#0b5f6b" or "#0bf" -> numbers; null for anything else (a colour is data from a file, never CSS). */
export function parseColour(text: string | undefined): Rgb | null {
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text ?? "");
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(text ?? "");
  if (long) return [hex(long[1]), hex(long[2]), hex(long[3])];
  if (short) return [hex(`${short[1]}${short[1]}`), hex(`${short[2]}${short[2]}`), hex(`${short[3]}${short[3]}`)];
  return null;
}

function hex(digits: string | undefined): number {
  return Number.parseInt(digits ?? "0", 16);
}

export function cssColour(colour: Rgb): string {
  return `#${colour.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}

/** 1 (same) to 21 (black on white). */
export function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance([r, g, b]: Rgb): number {
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

function linear(part: number): number {
  const share = part / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

/** White where it can be read on `ground`, else black: one of the two always reaches 4.5. */
export function textOn(ground: Rgb): Rgb {
  return contrast(WHITE, ground) >= READABLE ? WHITE : BLACK;
}

/** `colour`, moved towards black or white just far enough to be read on `ground`. */
export function readableOn(colour: Rgb, ground: Rgb, atLeast = READABLE): Rgb {
  const goal = contrast(WHITE, ground) > contrast(BLACK, ground) ? WHITE : BLACK;
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = mix(colour, goal, share);
    if (contrast(mixed, ground) >= atLeast) return mixed;
  }
  return goal;
}

export function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return [0, 1, 2].map((i) => Math.round((a[i] ?? 0) * (1 - share) + (b[i] ?? 0) * share)) as unknown as Rgb;
}
