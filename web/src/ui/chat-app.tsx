/** A whole conversation: header, log, composer, source panel. The page and the widget's panel are both this. */

import type { RefObject } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ChatState, ChatStore } from "../chat/store";
import { chatTexts } from "../text/chat-texts";
import { inLanguage, OTHER_LANGUAGE } from "../text/language";
import type { Citation, Language } from "../wire/types";
import { Banners } from "./banners";
import { Composer } from "./composer";
import { ReadingContext, useReading } from "./context";
import { Header } from "./header";
import { Icon } from "./icons";
import { Log } from "./log";
import { telephoneHref } from "./safe-link";
import { SourcePanel } from "./source-panel";

export interface ChatAppProps {
  store: ChatStore;
  state: ChatState;
  language: Language;
  variant: "page" | "panel";
  onLanguage: (language: Language) => void;
  onClose?: () => void;
}

export function ChatApp({ store, state, language, variant, onLanguage, onClose }: ChatAppProps) {
  const texts = chatTexts[language];
  const [source, setSource] = useState<Citation | null>(null);
  const [asking, setAsking] = useState(false);
  const opener = useRef<HTMLElement | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const reading = useMemo(() => ({ texts, language, viewer: "customer" as const, openSource: openFrom(opener, setSource) }), [language]);
  const closeSource = () => {
    setSource(null);
    opener.current?.focus();
  };
  const startOver = () => {
    setAsking(false);
    setSource(null);
    store.startOver();
    field.current?.focus();
  };
  useLayoutEffect(() => focusUnlessTouch(field.current), []);
  const name = inLanguage(state.site?.name, language, "");
  return (
    <ReadingContext.Provider value={reading}>
      <div class={`kf-chat kf-${variant}`} data-source={source !== null} lang={language}>
        <div class="kf-main">
          <Header
            texts={texts}
            language={language}
            companyName={name}
            asHeading={variant === "page"}
            hasConversation={state.messages.length > 0}
            onNew={() => setAsking(true)}
            onLanguage={() => onLanguage(OTHER_LANGUAGE[language])}
            onClose={onClose}
          />
          {asking && <NewConversation onStart={startOver} onCancel={() => setAsking(false)} />}
          <Banners store={store} state={state} />
          <Log store={store} state={state} />
          <Bottom store={store} state={state} field={field} onStart={startOver} />
        </div>
        {source && <SourcePanel citation={source} onClose={closeSource} />}
      </div>
    </ReadingContext.Provider>
  );
}

/** Remember what had the focus (inside a shadow root too), to give it back on closing. */
export function openFrom(opener: { current: HTMLElement | null }, setSource: (citation: Citation) => void) {
  return (citation: Citation) => {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    opener.current = active instanceof HTMLElement ? active : null;
    setSource(citation);
  };
}

/** On a touch screen focus would raise the keyboard over the greeting. */
function focusUnlessTouch(field: HTMLElement | null): void {
  if (!window.matchMedia?.("(pointer: coarse)").matches) field?.focus({ preventScroll: true });
}

function NewConversation({ onStart, onCancel }: { onStart: () => void; onCancel: () => void }) {
  const { texts } = useReading();
  const start = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => start.current?.focus(), []);
  return (
    <div class="kf-ask" role="alertdialog" aria-label={texts.newConversation} onKeyDown={(e) => e.key === "Escape" && onCancel()}>
      <p>{texts.newConversationAsk}</p>
      <button type="button" ref={start} class="kf-button kf-primary" onClick={onStart}>
        {texts.start}
      </button>
      <button type="button" class="kf-button" onClick={onCancel}>
        {texts.cancel}
      </button>
    </div>
  );
}

interface BottomProps {
  store: ChatStore;
  state: ChatState;
  field: RefObject<HTMLTextAreaElement | null>;
  onStart: () => void;
}

function Bottom({ store, state, field, onStart }: BottomProps) {
  const { texts } = useReading();
  const { conversation } = state;
  const withPerson = conversation !== null && conversation.owner !== "bot" && !conversation.closed;
  return (
    <footer class="kf-bottom">
      {conversation?.closed && (
        <div class="kf-closed">
          <p>{texts.closed}</p>
          <button type="button" class="kf-button" onClick={onStart}>
            {texts.start}
          </button>
        </div>
      )}
      <Composer
        words={{
          label: texts.messageLabel,
          placeholder: withPerson ? texts.placeholderPerson(conversation.agent_name) : texts.placeholder,
          send: texts.send,
          hint: texts.sendHint,
          left: texts.charactersLeft,
        }}
        draft={store.draft}
        field={field}
        onDraft={(text) => {
          store.draft = text;
        }}
        onSend={(text) => store.send(text)}
      />
      <p class="kf-footnote">
        <span>{texts.footnote}</span>
        <Hotline number={state.site?.hotline ?? ""} />
      </p>
    </footer>
  );
}

function Hotline({ number }: { number: string }) {
  const { texts } = useReading();
  const href = telephoneHref(number);
  if (!href) return null;
  return (
    <a class="kf-link" href={href}>
      <Icon name="phone" size={14} /> {texts.hotline} {number}
    </a>
  );
}
