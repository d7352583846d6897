/** The chat page at `/`, or below whatever path the server stands under: addresses are relative to the page. */

import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ChatStore } from "./chat/store";
import { usableStorage, Vault } from "./chat/vault";
import "./style/chat.css";
import "./style/page.css";
import { inLanguage, LANGUAGE_TAG, preferredLanguage } from "./text/language";
import { paletteOf } from "./theme/palette";
import { ChatApp } from "./ui/chat-app";
import { useStore } from "./ui/context";
import { CustomerApi } from "./wire/customer-api";
import type { Language } from "./wire/types";

const siteKey = new URLSearchParams(location.search).get("site_key") ?? "";
const vault = new Vault(usableStorage("localStorage"), siteKey);
let current: Language = vault.language || preferredLanguage();
const store = new ChatStore(new CustomerApi(new URL(".", location.href).href, siteKey), vault, () => current);

function ChatPage() {
  const state = useStore(store);
  const [language, setLanguage] = useState(current);
  const choose = (next: Language) => {
    current = next;
    vault.language = next;
    setLanguage(next);
  };
  const name = inLanguage(state.site?.name, language, "");
  useEffect(() => {
    document.documentElement.lang = LANGUAGE_TAG[language];
    if (name) document.title = name;
  }, [language, name]);
  useEffect(() => paint(state.site?.colours), [state.site]);
  return <ChatApp store={store} state={state} language={language} variant="page" onLanguage={choose} />;
}

/** Through the style object, which a strict content security policy allows; a style attribute in HTML it would not. */
function paint(colours: Parameters<typeof paletteOf>[0]): void {
  for (const [name, value] of Object.entries(paletteOf(colours))) document.documentElement.style.setProperty(name, value);
}

const root = document.getElementById("app");
if (root) {
  paint(undefined);
  store.start();
  render(<ChatPage />, root);
}
