/** The widget's launcher and the panel it opens. */

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ChatStore } from "../chat/store";
import type { TextStorage } from "../chat/vault";
import { chatTexts } from "../text/chat-texts";
import { inLanguage } from "../text/language";
import type { Language } from "../wire/types";
import { ChatApp } from "./chat-app";
import { useStore } from "./context";
import { Icon } from "./icons";

export const OPEN_KEY = "kefu.open";

/** How the page outside reaches in; the panel fills it. */
export interface PanelControl {
  setOpen(open: boolean): void;
}

interface PanelProps {
  store: ChatStore;
  initialLanguage: Language;
  onLanguage: (language: Language) => void;
  control: PanelControl;
  /** Of the tab: an open panel stays open from page to page. */
  remember: TextStorage;
}

export function Panel({ store, initialLanguage, onLanguage, control, remember }: PanelProps) {
  const state = useStore(store);
  const [language, setLanguage] = useState(initialLanguage);
  const [open, setOpen] = useState(store.state.open);
  const launcher = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(open);
  control.setOpen = setOpen;
  // Not after the next paint: the visitor may leave the page the moment the panel is gone.
  useLayoutEffect(() => remember.setItem(OPEN_KEY, open ? "1" : "0"), [open]);
  useEffect(() => {
    store.setOpen(open);
    if (wasOpen.current && !open) launcher.current?.focus();
    wasOpen.current = open;
  }, [open]);
  const texts = chatTexts[language];
  const name = inLanguage(state.site?.name, language, "");
  const choose = (next: Language) => {
    onLanguage(next);
    setLanguage(next);
  };
  return (
    <>
      {open && (
        <div
          class="kf-frame"
          id="kf-frame"
          role="dialog"
          aria-label={name || texts.assistant}
          onKeyDown={(event) => event.key === "Escape" && !event.isComposing && setOpen(false)}
        >
          <ChatApp store={store} state={state} language={language} variant="panel" onLanguage={choose} onClose={() => setOpen(false)} />
        </div>
      )}
      <Launcher
        button={launcher}
        open={open}
        label={open ? texts.closeChat : texts.openChat(name)}
        unread={open ? 0 : store.unread()}
        unreadText={texts.unread}
        onPress={() => setOpen(!open)}
      />
    </>
  );
}

interface LauncherProps {
  button: RefObject<HTMLButtonElement | null>;
  open: boolean;
  label: string;
  unread: number;
  unreadText: (count: number) => string;
  onPress: () => void;
}

function Launcher({ button, open, label, unread, unreadText, onPress }: LauncherProps) {
  return (
    <button
      ref={button}
      type="button"
      class="kf-launcher"
      aria-expanded={open}
      aria-controls={open ? "kf-frame" : undefined}
      aria-label={unread ? `${label} (${unreadText(unread)})` : label}
      onClick={onPress}
    >
      <Icon name={open ? "down" : "chat"} size={26} />
      {unread > 0 && (
        <span class="kf-badge" aria-hidden="true">
          {unread > 9 ? "9+" : unread}
        </span>
      )}
    </button>
  );
}
