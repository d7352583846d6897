/** Addresses that may become links. Everything else stays text. */

const SCHEMES = new Set(["http:", "https:", "mailto:", "tel:"]);
const WEB_ADDRESS = /https?:\/\/[^\s<>"'`，。；：！？、（）【】《》「」“”‘’|\\^{}]+/giu;

/** The address if its scheme is one a customer may be sent to, else null. Relative paths are no addresses. */
export function safeHref(address: string): string | null {
  try {
    const url = new URL(address.trim());
    return SCHEMES.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

export function telephoneHref(number: string): string | null {
  const digits = number.replace(/[^\d+]/g, "");
  return digits.length >= 3 ? `tel:${digits}` : null;
}

export type Piece = { text: string; href: string | null };

/** Plain text cut into pieces, web addresses apart; joined, the pieces are the text again. */
export function linkPieces(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(WEB_ADDRESS)) {
    const address = match[0].replace(/[.,;:!?)\]]+$/u, "");
    const href = safeHref(address);
    if (!href) continue;
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), href: null });
    pieces.push({ text: address, href });
    end = match.index + address.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), href: null });
  return pieces;
}
