/** The conversation, read out politely as it grows, and kept scrolled to where the reader is. */

import { useEffect, useMemo, useRef } from "preact/hooks";
import type { ChatState, ChatStore } from "../chat/store";
import { unseen } from "../chat/outbox";
import { inLanguage } from "../text/language";
import type { Message, Site } from "../wire/types";
import { useReading } from "./context";
import { MessageView, OutgoingView } from "./message-view";
import { TicketStatus, ticketNumber } from "./ticket-status";
import { Typing } from "./typing";

const NEAR_END_PX = 120;

export function Log({ store, state }: { store: ChatStore; state: ChatState }) {
  const { texts, language } = useReading();
  const scroller = useFollow(`${state.messages.length}/${state.outgoing.length}/${store.awaitingAnswer()}`, state.outgoing.length);
  const name = inLanguage(state.site?.name, language, "");
  const last = state.messages.at(-1);
  const onTheWay = unseen(state.outgoing, state.messages);
  const isOpenTurn = (message: Message) => message === last && !onTheWay.length && !state.conversation?.closed;
  return (
    <div class="kf-scroll" ref={scroller} tabIndex={0}>
      <div role="log" aria-live="polite" aria-relevant="additions" aria-busy={state.restoring} aria-label={texts.messages}>
      <ol class="kf-log">
        {state.site && <Greeting site={state.site} name={name} />}
        {state.messages.map((message) => (
          <Entry key={message.message_id} store={store} message={message} companyName={name} open={isOpenTurn(message)} />
        ))}
        {onTheWay.map((item) => (
          <OutgoingView
            key={item.key}
            item={item}
            online={state.link !== "offline"}
            onRetry={() => store.retry(item.key)}
            onDiscard={() => store.discard(item.key)}
          />
        ))}
        {store.awaitingAnswer() && <Typing />}
      </ol>
      </div>
      {state.restoring && <p class="kf-restoring">{texts.restoring}</p>}
      {isFresh(state) && <Suggestions site={state.site} ask={(text) => store.send(text)} />}
    </div>
  );
}

interface EntryProps {
  store: ChatStore;
  message: Message;
  companyName: string;
  /** The conversation has not moved on from this message: its choices and forms still work. */
  open: boolean;
}

/** Drawn again only when something about this message has changed: transcripts grow long. */
function Entry({ store, message, companyName, open }: EntryProps) {
  const { language } = useReading();
  return useMemo(() => {
    const number = ticketNumber(message);
    return (
      <MessageView
        message={message}
        companyName={companyName}
        answer={open ? (text) => store.send(text) : null}
        rate={(helpful, comment) => store.rate(message.message_id, helpful, comment)}
      >
        {number && <TicketStatus number={number} ask={(wanted) => store.ticket(wanted)} />}
      </MessageView>
    );
  }, [store, message, companyName, open, language]);
}

function isFresh(state: ChatState): boolean {
  return !state.restoring && !state.messages.length && !state.outgoing.length;
}

function Greeting({ site, name }: { site: Site; name: string }) {
  const { texts, language } = useReading();
  const greeting = inLanguage(site.greeting, language, "");
  if (!greeting) return null;
  return (
    <li class="kf-message kf-bot kf-greeting">
      <span class="kf-speaker">{name ? `${name} · ${texts.assistant}` : texts.assistant}</span>
      <div class="kf-bubble">
        <p class="kf-text">{greeting}</p>
      </div>
    </li>
  );
}

function Suggestions({ site, ask }: { site: Site | null; ask: (text: string) => void }) {
  const { texts, language } = useReading();
  const questions = inLanguage(site?.suggested_questions, language, []);
  if (!questions.length) return null;
  return (
    <section class="kf-suggestions" aria-label={texts.suggested}>
      <h2>{texts.suggested}</h2>
      {questions.map((question) => (
        <button key={question} type="button" class="kf-choice" onClick={() => ask(question)}>
          {question}
        </button>
      ))}
    </section>
  );
}

/** Scroll to what is new: to the end, or to the start of an answer that is taller than the window. */
function useFollow(change: string, ownCount: number) {
  const scroller = useRef<HTMLDivElement>(null);
  const before = useRef({ height: 0, own: 0 });
  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const wasAtEnd = before.current.height - box.scrollTop - box.clientHeight < NEAR_END_PX;
    if (wasAtEnd || ownCount > before.current.own) box.scrollTop = followTo(box);
    before.current = { height: box.scrollHeight, own: ownCount };
  }, [change]);
  return scroller;
}

function followTo(box: HTMLElement): number {
  const newest = box.querySelector<HTMLElement>(".kf-log > :last-child");
  const top = newest ? newest.offsetTop - 12 : 0;
  const end = box.scrollHeight - box.clientHeight;
  const isTallAnswer = newest !== null && !newest.classList.contains("kf-customer") && newest.offsetHeight > box.clientHeight;
  return isTallAnswer ? Math.min(top, end) : end;
}
