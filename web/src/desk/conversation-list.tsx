/** Open conversations: those who wait first, the longest wait at the top. */

import { useState } from "preact/hooks";
import { type DeskTexts, durationText } from "../text/desk-texts";
import { momentText } from "../text/language";
import type { QueueItem } from "../wire/types";
import { hrefOf, useDesk, useNow } from "./context";
import { ListingView } from "./listing";
import { chosen, type Filter, FILTERS, isWaiting, ownersOf, shortId, waitedMs } from "./queue";

export function ConversationList() {
  const { store, state, texts } = useDesk();
  const [filter, setFilter] = useState<Filter>("all");
  const items = state.queue.items ?? [];
  const myName = state.me?.name ?? "";
  return (
    <section class="desk-pane desk-list-pane" aria-label={texts.conversations}>
      <div class="desk-filters" role="group" aria-label={texts.filters}>
        {FILTERS.map((name) => (
          <button key={name} type="button" aria-pressed={filter === name} onClick={() => setFilter(name)}>
            {texts.filter[name]}
            {state.queue.items && <span class="desk-count">{chosen(items, name, myName).length}</span>}
          </button>
        ))}
      </div>
      <div class="desk-scroll">
        <ListingView
          list={state.queue}
          items={chosen(items, filter, myName)}
          label={texts.conversations}
          empty={texts.noConversations}
          emptyHint={texts.noConversationsHint}
          row={(item) => <Row key={item.conversation_id} item={item} />}
          onMore={() => store.moreConversations(ownersOf(filter))}
        />
      </div>
    </section>
  );
}

function Row({ item }: { item: QueueItem }) {
  const { state, texts, language } = useDesk();
  const isOpen = state.openId === item.conversation_id;
  return (
    <li>
      <a class="desk-item" data-owner={item.owner} href={hrefOf("conversations", item.conversation_id)} aria-current={isOpen ? "true" : undefined}>
        <span class="desk-item-head">
          <strong>{texts.conversationName(shortId(item.conversation_id))}</strong>
          <time dateTime={item.updated_at}>{momentText(item.updated_at, language)}</time>
        </span>
        <span class="desk-item-text">{lastWords(item, texts)}</span>
        <State item={item} />
      </a>
    </li>
  );
}

function lastWords(item: QueueItem, texts: DeskTexts): string {
  const last = item.last_message;
  return last ? texts.said(texts.author[last.author] ?? "", last.text) : "";
}

function State({ item }: { item: QueueItem }) {
  const { state, texts, language } = useDesk();
  const now = useNow();
  const wait = isWaiting(item) && <span class="desk-tag desk-tag-wait">{texts.waiting(durationText(waitedMs(item, now), language))}</span>;
  if (item.owner === "queue") return wait || null;
  if (item.owner === "bot") return <span class="desk-tag">{texts.owner.bot}</span>;
  const isMine = item.agent_name === state.me?.name;
  return (
    <span class="desk-tags">
      <span class="desk-tag desk-tag-person">{isMine ? texts.withMe : texts.withAgent(item.agent_name)}</span>
      {wait}
    </span>
  );
}
