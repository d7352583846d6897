/** One message of the transcript, and one that is still on its way. */

import type { ComponentChildren } from "preact";
import type { Outgoing } from "../chat/outbox";
import type { ChatTexts } from "../text/chat-texts";
import { momentText } from "../text/language";
import type { Message, Rung } from "../wire/types";
import { Blocks } from "./blocks";
import { SourceList } from "./cite";
import { useReading } from "./context";
import { FeedbackBar, type Rate } from "./feedback";
import { Icon } from "./icons";
import { RichText } from "./rich-text";

const RATEABLE = new Set<Rung | null>(["fact", "model", "cache", "extractive", "refusal"]);

export interface MessageViewProps {
  message: Message;
  /** Who speaks for the company when no person does. */
  companyName: string;
  answer: ((text: string) => void) | null;
  rate?: Rate | undefined;
  children?: ComponentChildren;
}

export function MessageView({ message, companyName, answer, rate, children }: MessageViewProps) {
  if (message.author === "system") return <Notice message={message} answer={answer}>{children}</Notice>;
  return (
    <li class={`kf-message kf-${message.author}`} data-rung={message.rung ?? undefined} data-position={message.position}>
      <Speaker message={message} companyName={companyName} />
      <div class="kf-bubble" lang={message.language || undefined}>
        <Body message={message} answer={answer} />
        {children}
      </div>
      <Foot message={message} rate={rate} />
    </li>
  );
}

function Notice({ message, answer, children }: Pick<MessageViewProps, "message" | "answer" | "children">) {
  return (
    <li class="kf-message kf-system" data-position={message.position}>
      <div class="kf-notice" lang={message.language || undefined}>
        <Body message={message} answer={answer} />
        {children}
      </div>
    </li>
  );
}

function Body({ message, answer }: Pick<MessageViewProps, "message" | "answer">) {
  if (!message.blocks.length)
    return (
      <p class="kf-text">
        <RichText text={message.text} />
      </p>
    );
  return <Blocks blocks={message.blocks} citations={message.citations} language={message.language} answer={answer} />;
}

function Speaker({ message, companyName }: { message: Message; companyName: string }) {
  const { texts, viewer } = useReading();
  if (message.author === "customer") return <span class={viewer === "staff" ? "kf-speaker" : "kf-hidden"}>{texts.you}</span>;
  if (message.author === "agent")
    return (
      <span class="kf-speaker">
        <Icon name="person" size={16} /> {texts.person(message.agent_name)}
      </span>
    );
  return <span class="kf-speaker">{companyName ? `${companyName} · ${texts.assistant}` : texts.assistant}</span>;
}

function Foot({ message, rate }: { message: Message; rate: Rate | undefined }) {
  const { texts, language } = useReading();
  const origin = originLabel(message, texts);
  return (
    <div class="kf-foot">
      {message.author === "bot" && <SourceList citations={message.citations} />}
      {message.degraded?.length > 0 && (
        <p class="kf-degraded">
          <Icon name="alert" size={16} /> {texts.degraded}
        </p>
      )}
      <div class="kf-meta">
        {origin && <span class="kf-origin">{origin}</span>}
        <time dateTime={message.created_at}>{momentText(message.created_at, language)}</time>
        {rate && message.author === "bot" && RATEABLE.has(message.rung) && <FeedbackBar feedback={message.feedback} rate={rate} />}
      </div>
    </div>
  );
}

/** Which step of the ladder spoke, where that tells the reader how far to trust it. */
export function originLabel(message: Message, texts: ChatTexts): string {
  if (message.author !== "bot") return "";
  if (message.rung === "refusal") return texts.noSource;
  if (message.rung === "ticket") return texts.aboutTicket;
  if (!message.citations.length) return "";
  const labels: Partial<Record<Rung, string>> = {
    extractive: texts.fromDocuments,
    model: texts.fromModel,
    fact: texts.fromTable,
    cache: texts.fromCache,
  };
  return (message.rung && labels[message.rung]) || "";
}

interface OutgoingProps {
  item: Outgoing;
  online: boolean;
  onRetry: () => void;
  onDiscard: () => void;
}

export function OutgoingView({ item, online, onRetry, onDiscard }: OutgoingProps) {
  const { texts } = useReading();
  return (
    <li class="kf-message kf-customer" data-state={item.state}>
      <span class="kf-hidden">{texts.you}</span>
      <div class="kf-bubble">
        <p class="kf-text">{item.text}</p>
      </div>
      <div class="kf-foot">
        <div class="kf-meta">{stateText(item, online, texts)}</div>
        {item.state === "failed" && (
          <div class="kf-unsent">
            <button type="button" class="kf-link" onClick={onRetry}>
              {texts.retry}
            </button>
            <button type="button" class="kf-link" onClick={onDiscard}>
              {texts.discard}
            </button>
          </div>
        )}
      </div>
    </li>
  );
}

function stateText(item: Outgoing, online: boolean, texts: ChatTexts): string {
  if (item.state === "failed") return item.reason ? texts.unsentReason : texts.unsent;
  if (item.state === "accepted") return texts.delivered;
  return item.attempts > 0 || !online ? texts.willRetry : texts.sending;
}
