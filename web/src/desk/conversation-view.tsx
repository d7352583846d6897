/** One conversation: what was said, what I may do, and where I write. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { unseen } from "../chat/outbox";
import { Composer } from "../ui/composer";
import { ReadingContext } from "../ui/context";
import { openFrom } from "../ui/chat-app";
import { Icon } from "../ui/icons";
import { MessageView } from "../ui/message-view";
import { SourcePanel } from "../ui/source-panel";
import type { Citation, Message } from "../wire/types";
import { ConfirmClose } from "./confirm-close";
import { hrefOf, useDesk } from "./context";
import type { DeskMemory } from "./memory";
import { ReplyView } from "./reply-view";
import { shortId } from "./queue";

export function ConversationView({ memory }: { memory: DeskMemory }) {
  const { state, texts, store } = useDesk();
  if (!state.openId) return <p class="desk-pane desk-empty desk-main-pane">{texts.pick}</p>;
  if (!state.open)
    return (
      <div class="desk-pane desk-empty desk-main-pane">
        <p>{state.openFailed ? texts.failed : texts.loading}</p>
        {state.openFailed && (
          <button type="button" class="kf-button" onClick={() => store.refresh()}>
            {texts.tryAgain}
          </button>
        )}
        <a class="kf-link" href={hrefOf("conversations")}>
          {texts.back}
        </a>
      </div>
    );
  return <OpenConversation key={state.openId} memory={memory} />;
}

function OpenConversation({ memory }: { memory: DeskMemory }) {
  const { texts, language, state } = useDesk();
  const [source, setSource] = useState<Citation | null>(null);
  const opener = useRef<HTMLElement | null>(null);
  const reading = useMemo(
    () => ({ texts: texts.transcriptTexts, language, viewer: "staff" as const, openSource: openFrom(opener, setSource) }),
    [language],
  );
  const closeSource = () => {
    setSource(null);
    opener.current?.focus();
  };
  return (
    <ReadingContext.Provider value={reading}>
      <section class="desk-pane desk-main-pane kf-page" aria-label={texts.conversationName(shortId(state.openId))}>
        <Head />
        <Explanation />
        <Transcript />
        <ReplyArea memory={memory} />
        {source && <SourcePanel citation={source} onClose={closeSource} />}
      </section>
    </ReadingContext.Provider>
  );
}

function Head() {
  const { store, state, texts } = useDesk();
  const [asking, setAsking] = useState(false);
  const conversation = state.open?.conversation;
  if (!conversation) return null;
  const mine = store.isMine(conversation);
  const canTake = !mine && !store.otherAgent();
  return (
    <header class="desk-head">
      <a class="kf-icon-button desk-back" href={hrefOf("conversations")} aria-label={texts.back}>
        <Icon name="back" />
      </a>
      <div>
        <h2>{texts.conversationName(shortId(conversation.conversation_id))}</h2>
        <p class="desk-quiet">{conversation.closed ? texts.ended : ownerText(store.otherAgent(), mine, texts.owner[conversation.owner], texts)}</p>
      </div>
      <div class="desk-actions">
        {canTake && (
          <button type="button" class="kf-button kf-primary" disabled={state.busy} onClick={() => void store.takeOver()}>
            {texts.takeOver}
          </button>
        )}
        {mine && (
          <button type="button" class="kf-button" disabled={state.busy} onClick={() => void store.handBack()}>
            {texts.handBack}
          </button>
        )}
        {!conversation.closed && !store.otherAgent() && (
          <button type="button" class="kf-button" disabled={state.busy} onClick={() => setAsking(true)}>
            {texts.close}
          </button>
        )}
      </div>
      {asking && (
        <ConfirmClose
          onCancel={() => setAsking(false)}
          onClose={() => {
            setAsking(false);
            void store.close();
          }}
        />
      )}
    </header>
  );
}

function ownerText(other: string, mine: boolean, owner: string, texts: ReturnType<typeof useDesk>["texts"]): string {
  if (mine) return texts.withMe;
  return other ? texts.withAgent(other) : owner;
}

/** What did not work, and why. */
function Explanation() {
  const { store, state, texts } = useDesk();
  const { trouble } = state;
  if (!trouble) return null;
  const words = trouble.kind === "conflict" ? texts.conflict(trouble.name) : trouble.kind === "gone" ? texts.conflictGone : texts.actionFailed;
  return (
    <p class="kf-banner kf-banner-warn" role="alert">
      <Icon name="alert" size={16} />
      <span>{words}</span>
      <button type="button" class="kf-icon-button" aria-label={texts.cancel} onClick={() => store.forgetTrouble()}>
        <Icon name="close" size={16} />
      </button>
    </p>
  );
}

function Transcript() {
  const { store, state, texts } = useDesk();
  const box = useRef<HTMLDivElement>(null);
  const messages = state.open?.messages ?? [];
  const replies = unseen(store.repliesOf(state.openId), messages, "agent");
  const wasAtEnd = useRef(true);
  useEffect(() => {
    if (box.current && wasAtEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [messages.length, replies.map((item) => item.state).join()]);
  const onScroll = () => {
    const { scrollHeight = 0, scrollTop = 0, clientHeight = 0 } = box.current ?? {};
    wasAtEnd.current = scrollHeight - scrollTop - clientHeight < 120;
  };
  return (
    <div class="kf-scroll" ref={box} tabIndex={0} role="region" aria-label={texts.transcript} onScroll={onScroll}>
      <div role="log" aria-live="polite" aria-label={texts.transcript}>
        <ol class="kf-log">
          {messages.map((message) => (
            <Entry key={message.message_id} message={message} />
          ))}
          {replies.map((item) => (
            <ReplyView key={item.key} item={item} />
          ))}
        </ol>
      </div>
    </div>
  );
}

/** Drawn again only when the message has changed: the transcript is fetched every two seconds. */
function Entry({ message }: { message: Message }) {
  const { language } = useDesk();
  return useMemo(
    () => (
      <MessageView message={message} companyName="" answer={null}>
        <Rating message={message} />
      </MessageView>
    ),
    [message, language],
  );
}

function Rating({ message }: { message: Message }) {
  const { texts } = useDesk();
  if (!message.feedback) return null;
  const { helpful, comment } = message.feedback;
  return (
    <p class="desk-rating" data-helpful={helpful}>
      <Icon name={helpful ? "up" : "downThumb"} size={16} /> {texts.rating(helpful)}
      {comment && <q>{comment}</q>}
    </p>
  );
}

function ReplyArea({ memory }: { memory: DeskMemory }) {
  const { store, state, texts } = useDesk();
  const field = useRef<HTMLTextAreaElement>(null);
  const conversation = state.open?.conversation;
  const mine = conversation !== undefined && store.isMine(conversation);
  useEffect(() => {
    if (mine) field.current?.focus({ preventScroll: true });
  }, [mine]);
  if (!conversation || conversation.closed) return <p class="desk-note">{texts.closed}</p>;
  if (!mine) return <p class="desk-note">{store.otherAgent() ? texts.otherHasIt(store.otherAgent()) : texts.takeToReply}</p>;
  return (
    <footer class="kf-bottom">
      <Composer
        words={{ label: texts.replyLabel, placeholder: texts.replyPlaceholder, send: texts.send, hint: texts.sendHint, left: texts.charactersLeft }}
        draft={memory.draft(state.openId)}
        field={field}
        onDraft={(text) => memory.keepDraft(state.openId, text)}
        onSend={(text) => store.reply(text)}
      />
    </footer>
  );
}
