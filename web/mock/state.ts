/** The scripted server's memory: conversations, tickets, who is there. */

import { randomBytes } from "node:crypto";
import type { Conversation, Language, Message, QueueItem, StaffTicket, TicketStatus, Unanswered } from "../src/wire/types.ts";
import { contactForm, languageOf, type NewMessage, plainText, type Scripted, scriptedAnswer, ticketCard } from "./script.ts";

export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

interface Answered {
  status: number;
  body: unknown;
}

interface Room {
  token: string;
  view: Conversation;
  messages: Message[];
  answers: Map<string, { text: string; result: Promise<Answered> }>;
  busy: Promise<unknown>;
  waitingSince: string | null;
  createdAt: string;
  updatedAt: string;
}

export interface Agent {
  agent_id: string;
  name: string;
  token: string;
  seenAt: number;
}

const id = (prefix: string) => `${prefix}_${randomBytes(16).toString("base64url")}`;
const wait = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

export class Memory {
  readonly rooms = new Map<string, Room>();
  readonly tickets: StaffTicket[] = [];
  readonly agents: Agent[];
  private readonly created = new Map<string, string>();

  constructor(staffTokens: string[]) {
    const names = ["李明", "Grace"];
    this.agents = staffTokens.map((token, i) => ({ agent_id: `a${i}`, name: names[i] ?? `Agent ${i}`, token, seenAt: 0 }));
  }

  availableAgents(): number {
    return this.agents.filter((agent) => Date.now() - agent.seenAt < 30_000).length;
  }

  // -- customers ----------------------------------------------------------------------------------------------------

  create(language: Language, key: string): { conversation_id: string; token: string; expires_at: string; language: Language } {
    const earlier = this.rooms.get(this.created.get(key) ?? "");
    const room = earlier ?? this.newRoom(language);
    if (key) this.created.set(key, room.view.conversation_id);
    const expires = new Date(Date.now() + 7 * 86_400_000).toISOString();
    return { conversation_id: room.view.conversation_id, token: room.token, expires_at: expires, language };
  }

  private newRoom(language: Language): Room {
    const now = new Date().toISOString();
    const view: Conversation = { conversation_id: id("c"), owner: "bot", agent_name: "", language, closed: false, turn: 0 };
    const room: Room = { token: id("kc"), view, messages: [], answers: new Map(), busy: Promise.resolve(), waitingSince: null, createdAt: now, updatedAt: now };
    this.rooms.set(view.conversation_id, room);
    return room;
  }

  room(conversationId: string, token: string): Room {
    const room = this.rooms.get(conversationId);
    if (!room || room.token !== token) throw new Problem(404, "not_found", "no such conversation");
    return room;
  }

  async receive(room: Room, text: string, key: string): Promise<Answered> {
    const known = room.answers.get(key);
    if (known && known.text !== text) throw new Problem(409, "idempotency_conflict", "same key, another text");
    if (known) return known.result;
    const turn = room.busy.then(() => this.take(room, text));
    room.busy = turn.catch(() => undefined);
    if (key) room.answers.set(key, { text, result: turn });
    return turn;
  }

  private async take(room: Room, text: string): Promise<Answered> {
    if (room.view.closed) Object.assign(room.view, { closed: false, owner: "bot", agent_name: "" });
    const question = this.append(room, { author: "customer", text, language: languageOf(text) });
    const view = () => structuredClone(room.view);
    if (room.view.owner === "agent") room.waitingSince ??= new Date().toISOString();
    if (room.view.owner !== "bot") return { status: 202, body: { status: "queued", customer_message: question, conversation: view() } };
    const script = this.decide(room, text);
    if (script.pending) {
      void wait(script.delayS ?? 0).then(() => this.answer(room, script, question));
      return { status: 202, body: { status: "pending", customer_message: question, conversation: view() } };
    }
    await wait(script.delayS ?? 0);
    const message = this.answer(room, script, question);
    return { status: 200, body: { message, customer_message: question, conversation: view() } };
  }

  private decide(room: Room, text: string): Scripted {
    const script = scriptedAnswer(text);
    const language = languageOf(text);
    if (script.act === "queue" && this.availableAgents() === 0) return contactForm(language);
    if (script.act === "queue") {
      room.view.owner = "queue";
      room.waitingSince = new Date().toISOString();
    }
    if (script.act === "ticket") return this.openTicket(room, text, language);
    return script;
  }

  private openTicket(room: Room, text: string, language: Language): Scripted {
    const now = new Date();
    const promised = new Date(now.getTime() + 24 * 3600_000);
    const number = `${20260000 + this.tickets.length + 117}`;
    const contact = /: *(.+)/.exec(text)?.[1] ?? "";
    const summary = room.messages.find((m) => m.author === "customer")?.text ?? text;
    this.tickets.unshift({
      ticket_id: id("t"), number, status: "open", kind: "question", created_at: now.toISOString(), updated_at: now.toISOString(),
      promised_at: promised.toISOString(), note: "", summary, contact, conversation_id: room.view.conversation_id, assignee: "", attempts: 1, failure: "",
    });
    return ticketCard(number, promised, language);
  }

  private answer(room: Room, script: Scripted, question: Message): Message {
    room.view.turn += 1;
    return this.append(room, {
      author: "bot",
      text: script.text ?? plainText(script.blocks),
      language: question.language,
      blocks: script.blocks,
      citations: script.citations ?? [],
      rung: script.rung,
      degraded: script.degraded ?? [],
      confidence: 0.8,
      in_reply_to: question.message_id,
    });
  }

  append(room: Room, message: NewMessage): Message {
    const full: Message = {
      message_id: id("m"), position: room.messages.length + 1, turn: room.view.turn, agent_name: "", language: room.view.language, blocks: [], citations: [],
      rung: null, release: "mock", confidence: 0, degraded: [], created_at: new Date().toISOString(), in_reply_to: "", feedback: null, ...message,
    };
    room.messages.push(full);
    room.updatedAt = full.created_at;
    return full;
  }

  rate(room: Room, messageId: string, feedback: { helpful: boolean; comment?: string }): unknown {
    const message = room.messages.find((m) => m.message_id === messageId);
    if (!message) throw new Problem(404, "not_found", "no such message");
    const kept = message.feedback?.helpful === feedback.helpful ? message.feedback.comment : "";
    message.feedback = { helpful: feedback.helpful, comment: feedback.comment ?? kept };
    return { feedback: message.feedback };
  }

  // -- staff --------------------------------------------------------------------------------------------------------

  agent(token: string): Agent {
    const agent = this.agents.find((candidate) => candidate.token === token);
    if (!agent) throw new Problem(401, "unauthenticated", "unknown staff token");
    return agent;
  }

  staffRoom(conversationId: string): Room {
    const room = this.rooms.get(conversationId);
    if (!room) throw new Problem(404, "not_found", "no such conversation");
    return room;
  }

  list(owner: string | null): QueueItem[] {
    return [...this.rooms.values()]
      .filter((room) => !room.view.closed && room.messages.length > 0 && (!owner || room.view.owner === owner))
      .sort((a, b) => b.updatedAt.localeCompare(a.updatedAt))
      .map((room) => this.queueItem(room));
  }

  private queueItem(room: Room): QueueItem {
    const last = room.messages.at(-1);
    const { conversation_id, owner, agent_name, language, turn } = room.view;
    return {
      conversation_id, owner, agent_name, language, turn, created_at: room.createdAt, updated_at: room.updatedAt, waiting_since: room.waitingSince,
      last_message: last ? { author: last.author, text: last.text, created_at: last.created_at } : null,
    };
  }

  takeOver(room: Room, agent: Agent): Conversation {
    if (room.view.owner === "agent" && room.view.agent_name !== agent.name) throw new Problem(409, "owned_by_other", "another agent has it");
    if (room.view.owner !== "agent") this.append(room, { author: "system", rung: "notice", text: `${agent.name} 已加入对话，将为您服务。` });
    Object.assign(room.view, { owner: "agent", agent_name: agent.name, closed: false });
    room.waitingSince &&= new Date().toISOString();
    return room.view;
  }

  async reply(room: Room, agent: Agent, text: string, key: string): Promise<unknown> {
    const known = room.answers.get(key);
    if (known) return (await known.result).body;
    this.mine(room, agent);
    const message = this.append(room, { author: "agent", agent_name: agent.name, text, rung: "person", blocks: [{ type: "text", text }] });
    room.answers.set(key, { text, result: Promise.resolve({ status: 200, body: { message } }) });
    room.waitingSince = null;
    return { message };
  }

  handBack(room: Room, agent: Agent): Conversation {
    this.mine(room, agent);
    Object.assign(room.view, { owner: "bot", agent_name: "" });
    this.append(room, { author: "system", rung: "notice", text: "在线助手继续为您服务。" });
    return room.view;
  }

  close(room: Room, agent: Agent): Conversation {
    if (room.view.owner === "agent") this.mine(room, agent);
    Object.assign(room.view, { closed: true, owner: "bot", agent_name: "" });
    this.append(room, { author: "system", rung: "notice", text: "本次对话已结束，感谢您的来访。" });
    return room.view;
  }

  private mine(room: Room, agent: Agent): void {
    const isMine = room.view.owner === "agent" && room.view.agent_name === agent.name && !room.view.closed;
    if (!isMine) throw new Problem(409, "not_owner", "not your conversation");
  }

  changeTicket(ticketId: string, status: TicketStatus, note: string, agent: Agent): StaffTicket {
    const ticket = this.tickets.find((candidate) => candidate.ticket_id === ticketId);
    if (!ticket) throw new Problem(404, "not_found", "no such ticket");
    Object.assign(ticket, { status, note: note || ticket.note, assignee: agent.name, updated_at: new Date().toISOString() });
    const room = this.rooms.get(ticket.conversation_id);
    if (room) this.append(room, { author: "system", rung: "notice", text: `工单 ${ticket.number} 的进度有更新：${note || status}` });
    return ticket;
  }

  unanswered(): Unanswered[] {
    const items: Unanswered[] = [];
    for (const room of this.rooms.values())
      for (const answer of room.messages.filter((m) => m.rung === "refusal")) {
        const question = room.messages.find((m) => m.message_id === answer.in_reply_to);
        if (question)
          items.push({ message_id: question.message_id, conversation_id: room.view.conversation_id, text: question.text, language: question.language, created_at: question.created_at, rung: answer.rung });
      }
    return items.sort((a, b) => b.created_at.localeCompare(a.created_at));
  }
}
