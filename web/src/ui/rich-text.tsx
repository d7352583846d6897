/** Text as text nodes: line breaks kept by the style sheet, web addresses as links. Never HTML. */

import type { ComponentChildren } from "preact";
import { useReading } from "./context";
import { linkPieces, safeHref } from "./safe-link";

export function RichText({ text }: { text: string }) {
  return (
    <>
      {linkPieces(text).map((piece) =>
        piece.href ? <OutsideLink href={piece.href}>{piece.text}</OutsideLink> : piece.text,
      )}
    </>
  );
}

/** A link out of the conversation, or its words alone where the address is not one to follow. */
export function OutsideLink({ href, children, class: name }: { href: string; children: ComponentChildren; class?: string }) {
  const { texts } = useReading();
  const safe = safeHref(href);
  if (!safe) return <>{children}</>;
  return (
    <a class={name ?? "kf-link"} href={safe} target="_blank" rel="noopener noreferrer nofollow" referrerpolicy="no-referrer">
      {children}
      <span class="kf-hidden"> ({texts.newTab})</span>
    </a>
  );
}
