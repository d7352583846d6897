/** Numbered chips that open the source panel. */

import type { Citation } from "../wire/types";
import { useReading } from "./context";

export function CitationChips({ numbers, citations }: { numbers: number[] | undefined; citations: Citation[] }) {
  const cited = (numbers ?? []).map((n) => citations.find((c) => c.number === n)).filter((c) => c !== undefined);
  if (!cited.length) return null;
  return (
    <span class="kf-chips">
      {cited.map((citation) => (
        <Chip key={citation.number} citation={citation} />
      ))}
    </span>
  );
}

function Chip({ citation }: { citation: Citation }) {
  const { texts, openSource } = useReading();
  const label = texts.source(citation.number, citation.title);
  return (
    <button type="button" class="kf-chip" aria-haspopup="dialog" aria-label={label} title={label} onClick={() => openSource(citation)}>
      {citation.number}
    </button>
  );
}

/** All sources of an answer, by title. */
export function SourceList({ citations }: { citations: Citation[] }) {
  const { texts, openSource } = useReading();
  if (!citations.length) return null;
  return (
    <div class="kf-sources">
      <span class="kf-sources-label">{texts.sources}</span>
      <ul>
        {citations.map((citation) => (
          <li key={citation.number}>
            <button type="button" class="kf-source" aria-haspopup="dialog" onClick={() => openSource(citation)}>
              <span class="kf-source-number">{citation.number}</span>
              <span class="kf-source-title">{citation.title || citation.source}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
