/** One source, opened: where an answer's words come from. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { languageName } from "../text/language";
import type { Citation } from "../wire/types";
import { useReading } from "./context";
import { Icon } from "./icons";
import { OutsideLink } from "./rich-text";
import { safeHref } from "./safe-link";

export function SourcePanel({ citation, onClose }: { citation: Citation; onClose: () => void }) {
  const { texts, language } = useReading();
  const heading = useRef<HTMLHeadingElement>(null);
  // Not after the next paint: an Escape pressed at once would reach what lies behind, and close that.
  useLayoutEffect(() => heading.current?.focus(), [citation]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    onClose();
  };
  return (
    <div class="kf-source-panel" role="dialog" aria-label={texts.source(citation.number, citation.title)} onKeyDown={onKeyDown}>
      <header>
        <span class="kf-source-number">{citation.number}</span>
        <span class="kf-source-kind">{texts.sourceHeading}</span>
        <button type="button" class="kf-icon-button" aria-label={texts.closeSource} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div class="kf-source-body">
        <h2 ref={heading} tabIndex={-1}>
          {citation.title || citation.source}
        </h2>
        <blockquote lang={citation.language || undefined}>{citation.quote}</blockquote>
        <dl>
          <Row label={texts.sourcePlace} value={citation.locator} />
          <Row label={texts.sourceLanguage} value={citation.language ? languageName(citation.language, language) : ""} />
          <Row label={texts.sourceFile} value={safeHref(citation.source) ? "" : citation.source} />
        </dl>
        <OriginalLink source={citation.source} />
      </div>
    </div>
  );
}

function Row({ label, value }: { label: string; value: string }) {
  if (!value) return null;
  return (
    <>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </>
  );
}

function OriginalLink({ source }: { source: string }) {
  const { texts } = useReading();
  if (!safeHref(source)) return null;
  return (
    <p>
      <OutsideLink href={source} class="kf-button">
        {texts.sourceOpen} <Icon name="outside" size={16} />
      </OutsideLink>
    </p>
  );
}
