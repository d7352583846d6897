/** What the bot could not answer: the list from which a knowledge base grows. */

import { momentText } from "../text/language";
import { hrefOf, useDesk } from "./context";
import { ListingView } from "./listing";

export function UnansweredList() {
  const { store, state, texts, language } = useDesk();
  return (
    <section class="desk-pane desk-wide-pane" aria-label={texts.unanswered}>
      <p class="desk-note">{texts.unansweredHint}</p>
      <div class="desk-scroll">
        <ListingView
          list={state.unanswered}
          items={state.unanswered.items ?? []}
          label={texts.unanswered}
          empty={texts.noUnanswered}
          row={(item) => (
            <li key={item.message_id}>
              <a class="desk-item" href={hrefOf("conversations", item.conversation_id)}>
                <span class="desk-item-question" lang={item.language || undefined}>
                  {item.text}
                </span>
                <span class="desk-item-head">
                  <span class="desk-tag">{(item.rung && texts.rung[item.rung]) || item.rung || ""}</span>
                  <time dateTime={item.created_at}>{momentText(item.created_at, language)}</time>
                </span>
              </a>
            </li>
          )}
          onMore={() => store.moreOfSection()}
        />
      </div>
    </section>
  );
}
