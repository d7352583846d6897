/**
 * The embeddable widget: `<script src="https://SERVER/widget.js" data-site-key="KEY" async></script>`.
 * A launcher and a panel in a shadow root, so that neither page styles the other. docs/widget.md is its manual.
 */

import { render } from "preact";
import { ChatStore } from "./chat/store";
import { usableStorage, Vault } from "./chat/vault";
import chatStyle from "./style/chat.css?inline";
import widgetStyle from "./style/widget.css?inline";
import { preferredLanguage } from "./text/language";
import { paletteOf } from "./theme/palette";
import { OPEN_KEY, Panel, type PanelControl } from "./ui/panel";
import { CustomerApi } from "./wire/customer-api";
import type { Language } from "./wire/types";

const ELEMENT_ID = "kefu-widget";

interface Settings {
  /** The server's address: where the script came from, which may be below a path. */
  server: string;
  siteKey: string;
  language: Language | "";
  side: "left" | "right";
  theme: "light" | "dark" | "auto";
}

/** What a page may do with the widget from its own scripts. */
export interface KefuApi {
  open(): void;
  close(): void;
}

declare global {
  interface Window {
    Kefu?: KefuApi;
  }
}

function settingsOf(script: HTMLScriptElement): Settings {
  const { siteKey = "", language, side, theme } = script.dataset;
  return {
    server: new URL(".", script.src).href,
    siteKey,
    language: language === "zh" || language === "en" ? language : "",
    side: side === "left" ? "left" : "right",
    theme: theme === "dark" || theme === "auto" ? theme : "light",
  };
}

/** Constructed style sheets live outside the host page's style-src; older browsers get a style element. */
function dress(root: ShadowRoot): void {
  const css = chatStyle + widgetStyle;
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const style = document.createElement("style");
    style.textContent = css;
    root.append(style);
  }
}

function mount(settings: Settings): KefuApi {
  const vault = new Vault(usableStorage("localStorage"), settings.siteKey);
  let language: Language = vault.language || settings.language || preferredLanguage();
  const remember = usableStorage("sessionStorage");
  const wasOpen = remember.getItem(OPEN_KEY) === "1";
  const store = new ChatStore(new CustomerApi(settings.server, settings.siteKey), vault, () => language, wasOpen);
  const host = document.createElement("div");
  host.id = ELEMENT_ID;
  const shadow = host.attachShadow({ mode: "open" });
  dress(shadow);
  const root = document.createElement("div");
  root.className = "kf-root";
  root.dataset.theme = settings.theme;
  root.dataset.side = settings.side;
  shadow.append(root);
  const paint = () => {
    for (const [name, value] of Object.entries(paletteOf(store.state.site?.colours))) root.style.setProperty(name, value);
  };
  paint();
  store.subscribe(paint);
  keepKeysInside(root);
  const control: PanelControl = { setOpen: () => undefined };
  const onLanguage = (next: Language) => {
    language = next;
    vault.language = next;
  };
  render(<Panel store={store} initialLanguage={language} onLanguage={onLanguage} control={control} remember={remember} />, root);
  document.body.append(host);
  store.start();
  return { open: () => control.setOpen(true), close: () => control.setOpen(false) };
}

/** Shortcuts of the host page ("/" to search, "s" to star) must not fire while someone types here. */
function keepKeysInside(root: HTMLElement): void {
  for (const type of ["keydown", "keypress", "keyup"]) root.addEventListener(type, (event) => event.stopPropagation());
}

function begin(): void {
  const script = document.currentScript;
  if (!(script instanceof HTMLScriptElement) || window.Kefu) return;
  const settings = settingsOf(script);
  const start = () => {
    window.Kefu = mount(settings);
  };
  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start, { once: true });
}

begin();
