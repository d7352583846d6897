/** What the staff page keeps, in this tab only: the token, unsent replies, drafts. Preferences outlive the tab. */

import type { Outgoing } from "../chat/outbox";
import { type TextStorage, usableStorage } from "../chat/vault";
import type { Language } from "../wire/types";
import type { ReplyMemory } from "./desk-store";

const TOKEN = "kefu.desk.token";
const REPLIES = "kefu.desk.replies";
const DRAFT = "kefu.desk.draft.";
const LANGUAGE = "kefu.desk.language";
const SOUND = "kefu.desk.sound";

export class DeskMemory implements ReplyMemory {
  private readonly tab: TextStorage;
  private readonly lasting: TextStorage;

  constructor(tab: TextStorage = usableStorage("sessionStorage"), lasting: TextStorage = usableStorage("localStorage")) {
    this.tab = tab;
    this.lasting = lasting;
  }

  get token(): string {
    return this.tab.getItem(TOKEN) ?? "";
  }
  set token(token: string) {
    if (token) this.tab.setItem(TOKEN, token);
    else this.tab.removeItem(TOKEN);
  }

  load(): Record<string, Outgoing[]> {
    try {
      return JSON.parse(this.tab.getItem(REPLIES) ?? "{}") as Record<string, Outgoing[]>;
    } catch {
      return {};
    }
  }
  save(replies: Record<string, Outgoing[]>): void {
    this.tab.setItem(REPLIES, JSON.stringify(replies));
  }

  draft(conversationId: string): string {
    return this.tab.getItem(DRAFT + conversationId) ?? "";
  }
  keepDraft(conversationId: string, text: string): void {
    if (text) this.tab.setItem(DRAFT + conversationId, text);
    else this.tab.removeItem(DRAFT + conversationId);
  }

  get language(): Language | "" {
    const stored = this.lasting.getItem(LANGUAGE);
    return stored === "zh" || stored === "en" ? stored : "";
  }
  set language(language: Language | "") {
    this.lasting.setItem(LANGUAGE, language);
  }

  get sound(): boolean {
    return this.lasting.getItem(SOUND) !== "off";
  }
  set sound(on: boolean) {
    this.lasting.setItem(SOUND, on ? "on" : "off");
  }
}
