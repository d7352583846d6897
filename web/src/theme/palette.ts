/** The CSS variables that carry a company's colours into the style sheet, for a light and a dark ground. */

import { type Rgb, contrast, cssColour, mix, parseColour, readableOn, textOn } from "./colour";
import type { Site } from "../wire/types";

const DEFAULT_BRAND: Rgb = [31, 78, 140];
const LIGHT: Rgb = [255, 255, 255];
const DARK: Rgb = [31, 36, 41];
const INK: Rgb = [27, 37, 40];

export type Palette = Record<`--kf-${string}`, string>;

/** Variables for both grounds; the style sheet picks by colour scheme. Unreadable settings are corrected, not obeyed. */
export function paletteOf(colours: Site["colours"] | undefined): Palette {
  const brand = parseColour(colours?.primary) ?? DEFAULT_BRAND;
  const accent = parseColour(colours?.accent) ?? brand;
  const ground = parseColour(colours?.background) ?? LIGHT;
  const light = contrast(ground, INK) >= 7 ? ground : LIGHT;
  const ink = parseColour(colours?.text) ?? INK;
  return {
    "--kf-brand": cssColour(brand),
    "--kf-on-brand": cssColour(textOn(brand)),
    "--kf-brand-hover": cssColour(mix(brand, textOn(brand), 0.12)),
    "--kf-l-ground": cssColour(light),
    "--kf-l-ink": cssColour(readableOn(ink, light, 7)),
    "--kf-l-brand-text": cssColour(readableOn(brand, mix(light, brand, 0.1))),
    "--kf-l-brand-soft": cssColour(mix(light, brand, 0.1)),
    "--kf-l-accent": cssColour(readableOn(accent, light)),
    "--kf-d-brand-text": cssColour(readableOn(brand, mix(DARK, brand, 0.4))),
    "--kf-d-brand-soft": cssColour(mix(DARK, brand, 0.4)),
    "--kf-d-accent": cssColour(readableOn(accent, DARK)),
  };
}
