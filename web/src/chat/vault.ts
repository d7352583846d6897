/** What a visitor's browser remembers, per site key. Storage may be forbidden (private mode, embedded frames): then memory. */

import type { CreatedConversation, Language } from "../wire/types";
import type { Outgoing } from "./outbox";

export type TextStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export class MemoryStorage implements TextStorage {
  private readonly items = new Map<string, string>();
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }
  removeItem(key: string): void {
    this.items.delete(key);
  }
}

/** The browser's storage where it can be written to, else memory. */
export function usableStorage(kind: "localStorage" | "sessionStorage"): TextStorage {
  try {
    const storage = window[kind];
    storage.setItem("kefu.probe", "1");
    storage.removeItem("kefu.probe");
    return storage;
  } catch {
    return new MemoryStorage();
  }
}

export class Vault {
  private readonly storage: TextStorage;
  private readonly prefix: string;

  constructor(storage: TextStorage, siteKey: string) {
    this.storage = storage;
    this.prefix = `kefu.${siteKey || "site"}.`;
  }

  /** The conversation of the last visit, unless it has expired by this clock. */
  session(nowMs: number): CreatedConversation | null {
    const stored = this.read<CreatedConversation>("session");
    if (!stored?.token || !stored.conversation_id) return null;
    const expires = Date.parse(stored.expires_at);
    return Number.isNaN(expires) || expires > nowMs ? stored : null;
  }

  keepSession(session: CreatedConversation | null): void {
    this.write("session", session);
  }

  /** The key under which a conversation is being created, so that a lost reply does not leave two. */
  get creationKey(): string {
    return this.read<string>("creation") ?? "";
  }
  set creationKey(key: string) {
    this.write("creation", key || null);
  }

  get outbox(): Outgoing[] {
    const stored = this.read<Outgoing[]>("outbox");
    return Array.isArray(stored) ? stored.filter((item) => item.key && item.text) : [];
  }
  set outbox(items: Outgoing[]) {
    this.write("outbox", items.length ? items : null);
  }

  get draft(): string {
    return this.read<string>("draft") ?? "";
  }
  set draft(text: string) {
    this.write("draft", text || null);
  }

  get seen(): number {
    return this.read<number>("seen") ?? 0;
  }
  set seen(position: number) {
    this.write("seen", position);
  }

  get language(): Language | "" {
    const stored = this.read<string>("language");
    return stored === "zh" || stored === "en" ? stored : "";
  }
  set language(language: Language | "") {
    this.write("language", language || null);
  }

  private read<T>(name: string): T | null {
    try {
      const text = this.storage.getItem(this.prefix + name);
      return text === null ? null : (JSON.parse(text) as T);
    } catch {
      return null;
    }
  }

  private write(name: string, value: unknown): void {
    try {
      if (value === null) this.storage.removeItem(this.prefix + name);
      else this.storage.setItem(this.prefix + name, JSON.stringify(value));
    } catch {
      // A full storage must not stop the conversation; it is then not restored on reload.
    }
  }
}
