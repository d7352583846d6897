/** One line about the state of things, when it is not the usual one. */

import type { ComponentChildren } from "preact";
import type { ChatState, ChatStore } from "../chat/store";
import { useReading } from "./context";
import { Icon } from "./icons";

export function Banners({ store, state }: { store: ChatStore; state: ChatState }) {
  const { texts } = useReading();
  const { conversation } = state;
  return (
    <div class="kf-banners" role="status">
      {state.siteFailed && !state.site && state.link === "ok" && (
        <Banner tone="warn" words={texts.noSite}>
          <button type="button" class="kf-link" onClick={() => store.retrySite()}>
            {texts.tryAgain}
          </button>
        </Banner>
      )}
      {state.link === "offline" && <Banner tone="warn" words={texts.offline} />}
      {state.link === "trouble" && <Banner tone="warn" words={texts.trouble} />}
      {state.expired && <Banner tone="info" words={texts.expired} />}
      {conversation?.owner === "queue" && !conversation.closed && <Banner tone="info" words={texts.queued} />}
      {conversation?.owner === "agent" && !conversation.closed && (
        <Banner tone="person" words={texts.withPerson(conversation.agent_name)} />
      )}
    </div>
  );
}

interface BannerProps {
  tone: "warn" | "info" | "person";
  words: string;
  children?: ComponentChildren;
}

function Banner({ tone, words, children }: BannerProps) {
  return (
    <p class={`kf-banner kf-banner-${tone}`}>
      <Icon name={tone === "warn" ? "alert" : "person"} size={16} />
      <span>{words}</span>
      {children}
    </p>
  );
}
