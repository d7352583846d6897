/** The shapes of docs/http-api.md, as they travel. Field names are the wire's own. */

export type Language = "zh" | "en";
export type ByLanguage<T> = Partial<Record<Language, T>>;

export interface Site {
  name: ByLanguage<string>;
  greeting: ByLanguage<string>;
  suggested_questions: ByLanguage<string[]>;
  colours: { primary?: string; accent?: string; background?: string; text?: string };
  hotline: string;
}

export type Owner = "bot" | "queue" | "agent";
export type Author = "customer" | "bot" | "agent" | "system";
export type Rung =
  | "small_talk"
  | "fact"
  | "model"
  | "cache"
  | "extractive"
  | "clarify"
  | "refusal"
  | "flow"
  | "ticket"
  | "handoff"
  | "person"
  | "notice";

export interface TextBlock {
  type: "text";
  text: string;
  citations?: number[];
}
export interface ListBlock {
  type: "list";
  items: string[];
  ordered?: boolean;
  citations?: number[];
}
export interface QuoteBlock {
  type: "citation";
  quote: string;
  citation: number;
  language: string;
}
export interface Choice {
  label: string;
  value: string;
}
export interface ChoiceBlock {
  type: "choice";
  prompt: string;
  choices: Choice[];
}
export interface CardBlock {
  type: "card";
  title: string;
  rows: [string, string][];
  citations?: number[];
}
export type FieldKind = "text" | "phone" | "email" | "contact" | "long_text";
export interface FormField {
  name: string;
  label: string;
  kind: FieldKind;
  required: boolean;
}
export interface FormBlock {
  type: "form";
  form: string;
  prompt: string;
  fields: FormField[];
}
export type Block = TextBlock | ListBlock | QuoteBlock | ChoiceBlock | CardBlock | FormBlock;

export interface Citation {
  number: number;
  title: string;
  source: string;
  quote: string;
  locator: string;
  language: string;
  document_id: string;
  chunk_id: string;
  score: number;
}

export interface Feedback {
  helpful: boolean;
  comment: string;
}

export interface Message {
  message_id: string;
  position: number;
  turn: number;
  author: Author;
  agent_name: string;
  text: string;
  language: string;
  blocks: Block[];
  citations: Citation[];
  rung: Rung | null;
  release: string;
  confidence: number;
  degraded: string[];
  created_at: string;
  in_reply_to: string;
  feedback: Feedback | null;
}

export interface Conversation {
  conversation_id: string;
  owner: Owner;
  agent_name: string;
  language: string;
  closed: boolean;
  turn: number;
}

export interface CreatedConversation {
  conversation_id: string;
  token: string;
  expires_at: string;
  language: string;
}

/** 200 carries `message`; 202 carries `status`, and may leave `customer_message` out. */
export interface SendResult {
  message?: Message;
  customer_message?: Message;
  conversation: Conversation;
  status?: "pending" | "queued";
}

export interface MessagePage {
  messages: Message[];
  conversation: Conversation;
  next_after: number;
}

export type TicketStatus = "requested" | "open" | "in_progress" | "resolved" | "closed" | "parked";

export interface Ticket {
  ticket_id: string;
  number: string;
  status: TicketStatus;
  kind: string;
  created_at: string;
  updated_at: string;
  promised_at: string;
  note: string;
}

export interface StaffTicket extends Ticket {
  summary: string;
  contact: string;
  conversation_id: string;
  assignee: string;
  attempts: number;
  failure: string;
}

export interface StaffMember {
  agent_id: string;
  name: string;
  company: string | ByLanguage<string>;
  available_agents: number;
}

export interface QueueItem {
  conversation_id: string;
  owner: Owner;
  agent_name: string;
  language: string;
  turn: number;
  created_at: string;
  updated_at: string;
  waiting_since: string | null;
  last_message: { author: Author; text: string; created_at: string } | null;
}

export interface Page<T> {
  items: T[];
  cursor: string | null;
}

export interface StaffConversation {
  conversation: Conversation;
  messages: Message[];
  tickets: StaffTicket[];
}

export interface Unanswered {
  message_id: string;
  conversation_id: string;
  text: string;
  language: string;
  created_at: string;
  rung: Rung | null;
}
