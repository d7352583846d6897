/** An answer's typed blocks. Every string becomes a text node. */

import type { ComponentChildren } from "preact";
import { languageName } from "../text/language";
import type { Block, CardBlock, ChoiceBlock, Citation, ListBlock, QuoteBlock, TextBlock } from "../wire/types";
import { CitationChips } from "./cite";
import { useReading } from "./context";
import { FormView } from "./form-view";
import { RichText } from "./rich-text";
import { isTicketKey, TicketKey } from "./ticket-key";

/** `answer` sends the customer's choice or form; without it (old messages, staff) choices and forms are only shown. */
interface Shown {
  citations: Citation[];
  language: string;
  answer: ((text: string) => void) | null;
}

export function Blocks({ blocks, ...shown }: Shown & { blocks: Block[] }) {
  return (
    <>
      {blocks.map((block, index) => (
        <BlockView key={index} block={block} {...shown} />
      ))}
    </>
  );
}

function BlockView({ block, ...shown }: Shown & { block: Block }): ComponentChildren {
  switch (block.type) {
    case "text":
      return <TextView block={block} citations={shown.citations} />;
    case "list":
      return <ListView block={block} citations={shown.citations} />;
    case "citation":
      return <QuoteView block={block} {...shown} />;
    case "choice":
      return <ChoiceView block={block} answer={shown.answer} />;
    case "card":
      return <CardView block={block} citations={shown.citations} />;
    case "form":
      return <FormView block={block} answer={shown.answer} />;
    default:
      // A block type of a newer server: the message's own text stands beside it, so nothing is lost.
      return null;
  }
}

function TextView({ block, citations }: { block: TextBlock; citations: Citation[] }) {
  return (
    <p class="kf-text">
      <RichText text={block.text} />
      <CitationChips numbers={block.citations} citations={citations} />
    </p>
  );
}

function ListView({ block, citations }: { block: ListBlock; citations: Citation[] }) {
  const items = block.items.map((item, index) => (
    <li key={index}>
      <RichText text={item} />
      {index === block.items.length - 1 && <CitationChips numbers={block.citations} citations={citations} />}
    </li>
  ));
  return block.ordered ? <ol class="kf-list">{items}</ol> : <ul class="kf-list">{items}</ul>;
}

function QuoteView({ block, citations, language }: Shown & { block: QuoteBlock }) {
  const reading = useReading();
  const isForeign = block.language !== "" && block.language !== language;
  return (
    <figure class="kf-quote">
      <blockquote lang={block.language || undefined}>{block.quote}</blockquote>
      <figcaption>
        {isForeign && <span>{reading.texts.quoteIn(languageName(block.language, reading.language))}</span>}
        <CitationChips numbers={[block.citation]} citations={citations} />
      </figcaption>
    </figure>
  );
}

function ChoiceView({ block, answer }: { block: ChoiceBlock; answer: ((text: string) => void) | null }) {
  return (
    <div class="kf-choices" role="group" aria-label={block.prompt}>
      {block.prompt && <p class="kf-text">{block.prompt}</p>}
      {block.choices.map((choice) => (
        <button key={choice.value} type="button" class="kf-choice" disabled={!answer} onClick={() => answer?.(choice.value)}>
          {choice.label}
        </button>
      ))}
    </div>
  );
}

/** An id: long, without a space, Latin. One click selects it whole. */
const CODE = /^[\w.-]{24,}$/;

function CardView({ block, citations }: { block: CardBlock; citations: Citation[] }) {
  const isCustomers = useReading().viewer === "customer";
  const keys = block.rows.filter(([, value]) => isTicketKey(value));
  return (
    <section class="kf-card" aria-label={block.title}>
      <h3>
        {block.title}
        <CitationChips numbers={block.citations} citations={citations} />
      </h3>
      <dl>
        {block.rows
          .filter((row) => !keys.includes(row))
          .map(([label, value], index) => (
            <div key={index}>
              <dt>{label}</dt>
              <dd class={CODE.test(value) ? "kf-code" : undefined}>
                <RichText text={value} />
              </dd>
            </div>
          ))}
      </dl>
      {isCustomers && keys.map(([label, value]) => <TicketKey key={value} label={label} value={value} />)}
    </section>
  );
}
