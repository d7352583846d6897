/** The words of the staff page, one catalogue per language. */

import type { Author, Language, Owner, Rung, TicketStatus } from "../wire/types";
import { type ChatTexts, chatTexts } from "./chat-texts";

export interface DeskTexts {
  title: string;
  signIn: string;
  signInHint: string;
  token: string;
  signInButton: string;
  signInWrong: string;
  signInUnreachable: string;
  signOut: string;
  signedOutBy401: string;
  available: string;
  away: string;
  presence: string;
  presenceHint: string;
  colleagues(count: number): string;
  sound: string;
  sections: string;
  conversations: string;
  tickets: string;
  unanswered: string;
  waitingCount(count: number): string;
  titleWaiting(count: number): string;
  filters: string;
  filter: Record<"all" | "queue" | "mine" | "agent" | "bot", string>;
  noConversations: string;
  noConversationsHint: string;
  loading: string;
  failed: string;
  tryAgain: string;
  loadMore: string;
  waiting(duration: string): string;
  withAgent(name: string): string;
  owner: Record<Owner, string>;
  withMe: string;
  pick: string;
  customer: string;
  /** Who wrote the last words of a conversation, "" where it need not be said. */
  author: Record<Author, string>;
  said(author: string, words: string): string;
  conversationName(short: string): string;
  back: string;
  transcript: string;
  takeOver: string;
  handBack: string;
  close: string;
  ended: string;
  closed: string;
  closeAsk: string;
  closeExplain: string;
  closeConfirm: string;
  cancel: string;
  takeToReply: string;
  otherHasIt(name: string): string;
  replyLabel: string;
  replyPlaceholder: string;
  send: string;
  sendHint: string;
  charactersLeft(count: number): string;
  sending: string;
  retrying: string;
  notSent: string;
  notSentConflict(name: string): string;
  notSentRejected: string;
  retry: string;
  discard: string;
  conflict(name: string): string;
  conflictGone: string;
  actionFailed: string;
  details: string;
  started: string;
  lastActivity: string;
  language: string;
  turns: string;
  status: string;
  ticketsHere: string;
  none: string;
  rating(helpful: boolean): string;
  offline: string;
  ticketFilter: string;
  allStatuses: string;
  ticketStatus: Record<TicketStatus, string>;
  noTickets: string;
  pickTicket: string;
  number: string;
  contact: string;
  summary: string;
  created: string;
  promised: string;
  overdue: string;
  assignee: string;
  attempts: string;
  failure: string;
  note: string;
  noteHint: string;
  save: string;
  saved: string;
  saveFailed: string;
  openConversation: string;
  unansweredHint: string;
  noUnanswered: string;
  rung: Partial<Record<Rung, string>>;
  /** The other language, named in itself. */
  switchLanguage: string;
  /** What the transcript says where staff read it. */
  transcriptTexts: ChatTexts;
}

const zh: DeskTexts = {
  title: "客服工作台",
  signIn: "登录客服工作台",
  signInHint: "请输入启动服务时显示的坐席令牌。令牌只保存在这个标签页，关闭后需要重新输入。",
  token: "坐席令牌",
  signInButton: "登录",
  signInWrong: "令牌不正确，请检查后重试。",
  signInUnreachable: "连不上服务器，请稍后重试。",
  signOut: "退出登录",
  signedOutBy401: "登录已失效，请重新登录。",
  available: "在线",
  away: "暂离",
  presence: "接待状态",
  presenceHint: "在线时，要求人工的客户会排队等您接待",
  colleagues: (count) => `${count} 位同事在线`,
  sound: "新排队时响铃",
  sections: "栏目",
  conversations: "会话",
  tickets: "工单",
  unanswered: "未答问题",
  waitingCount: (count) => `${count} 位客户在等待`,
  titleWaiting: (count) => `（${count} 位等待）`,
  filters: "筛选会话",
  filter: { all: "全部", queue: "等待", mine: "我的", agent: "人工", bot: "机器人" },
  noConversations: "这里没有会话",
  noConversationsHint: "客户发来消息后会出现在这里。",
  loading: "正在加载…",
  failed: "没有加载成功。",
  tryAgain: "重试",
  loadMore: "加载更多",
  waiting: (duration) => `已等待 ${duration}`,
  withAgent: (name) => `由 ${name} 接待`,
  owner: { bot: "机器人接待", queue: "等待人工", agent: "人工接待" },
  withMe: "由您接待",
  pick: "从左侧选择一个会话",
  customer: "客户",
  author: { customer: "", bot: "机器人", agent: "坐席", system: "" },
  said: (author, words) => (author ? `${author}：${words}` : words),
  conversationName: (short) => `访客 ${short}`,
  back: "返回列表",
  transcript: "会话内容",
  takeOver: "接管会话",
  handBack: "交还机器人",
  close: "结束会话",
  ended: "已结束",
  closed: "会话已结束，接管后可以继续联系客户",
  closeAsk: "结束这个会话？",
  closeExplain: "客户会看到会话已结束；再发消息时由机器人接待。",
  closeConfirm: "结束会话",
  cancel: "取消",
  takeToReply: "接管后即可回复客户。",
  otherHasIt: (name) => `这个会话由 ${name} 接待，您可以查看，不能回复。`,
  replyLabel: "回复客户",
  replyPlaceholder: "输入回复",
  send: "发送",
  sendHint: "按 Enter 发送，Shift + Enter 换行",
  charactersLeft: (count) => (count >= 0 ? `还可输入 ${count} 字` : `超出 ${-count} 字`),
  sending: "发送中…",
  retrying: "连接不稳定，正在重试…",
  notSent: "未发送，客户没有收到",
  notSentConflict: (name) => (name ? `未发送：会话现在由 ${name} 接待` : "未发送：会话已不由您接待"),
  notSentRejected: "未发送：内容没有被接受",
  retry: "重试",
  discard: "删除",
  conflict: (name) => (name ? `没有成功：${name} 已经接管了这个会话。` : "没有成功：会话已由其他同事接管或已经变化，页面已刷新。"),
  conflictGone: "没有成功：这个会话已经结束或不存在。",
  actionFailed: "操作没有成功，请重试。",
  details: "会话信息",
  started: "开始时间",
  lastActivity: "最近消息",
  language: "语言",
  turns: "轮次",
  status: "状态",
  ticketsHere: "相关工单",
  none: "暂无",
  rating: (helpful) => (helpful ? "客户评价：有帮助" : "客户评价：没有帮助"),
  offline: "与服务器的连接断开了，下面的内容可能不是最新的。正在重连…",
  ticketFilter: "工单状态",
  allStatuses: "全部状态",
  ticketStatus: { requested: "已登记", open: "待处理", in_progress: "处理中", resolved: "已解决", closed: "已关闭", parked: "处理失败" },
  noTickets: "没有符合条件的工单",
  pickTicket: "从左侧选择一个工单",
  number: "工单号",
  contact: "联系方式",
  summary: "问题",
  created: "创建时间",
  promised: "承诺回复",
  overdue: "已超时",
  assignee: "处理人",
  attempts: "处理次数",
  failure: "失败原因",
  note: "给客户的说明",
  noteHint: "保存后，客户会在对话里看到新状态和这段说明。",
  save: "保存",
  saved: "已保存，会在对话里通知客户。",
  saveFailed: "没有保存成功，请重试。",
  openConversation: "查看会话",
  unansweredHint: "机器人没有答上来的问题。把答案补进知识库，下次就能答。",
  noUnanswered: "没有未答的问题",
  rung: { refusal: "未找到依据", clarify: "请客户澄清", handoff: "转人工", ticket: "转工单" },
  switchLanguage: "English",
  transcriptTexts: { ...chatTexts.zh, you: "客户", assistant: "机器人", person: (name) => name || "坐席" },
};

const en: DeskTexts = {
  title: "Service desk",
  signIn: "Sign in to the service desk",
  signInHint: "Enter the staff token shown when the service started. It is kept in this tab only, until you close it.",
  token: "Staff token",
  signInButton: "Sign in",
  signInWrong: "That token is not right. Please check it.",
  signInUnreachable: "The server can't be reached. Please try again.",
  signOut: "Sign out",
  signedOutBy401: "Your sign-in is no longer valid. Please sign in again.",
  available: "Available",
  away: "Away",
  presence: "Presence",
  presenceHint: "While you are available, customers who ask for a person queue for you",
  colleagues: (count) => (count === 1 ? "1 colleague available" : `${count} colleagues available`),
  sound: "Ring for new waiters",
  sections: "Sections",
  conversations: "Conversations",
  tickets: "Tickets",
  unanswered: "Unanswered",
  waitingCount: (count) => (count === 1 ? "1 customer is waiting" : `${count} customers are waiting`),
  titleWaiting: (count) => `(${count} waiting) `,
  filters: "Filter conversations",
  filter: { all: "All", queue: "Waiting", mine: "Mine", agent: "People", bot: "Bot" },
  noConversations: "No conversations here",
  noConversationsHint: "They appear as soon as a customer writes.",
  loading: "Loading…",
  failed: "This could not be loaded.",
  tryAgain: "Try again",
  loadMore: "Load more",
  waiting: (duration) => `waiting ${duration}`,
  withAgent: (name) => `with ${name}`,
  owner: { bot: "With the bot", queue: "Waiting for a person", agent: "With a person" },
  withMe: "with you",
  pick: "Pick a conversation from the list",
  customer: "Customer",
  author: { customer: "", bot: "Bot", agent: "Agent", system: "" },
  said: (author, words) => (author ? `${author}: ${words}` : words),
  conversationName: (short) => `Visitor ${short}`,
  back: "Back to the list",
  transcript: "Transcript",
  takeOver: "Take over",
  handBack: "Hand back to bot",
  close: "Close",
  ended: "Closed",
  closed: "Closed; take over to write to the customer again",
  closeAsk: "Close this conversation?",
  closeExplain: "The customer will see that it has ended; if they write again, the bot answers.",
  closeConfirm: "Close conversation",
  cancel: "Cancel",
  takeToReply: "Take over to reply.",
  otherHasIt: (name) => `${name} has this conversation. You can read it but not reply.`,
  replyLabel: "Reply to the customer",
  replyPlaceholder: "Write a reply",
  send: "Send",
  sendHint: "Enter to send, Shift + Enter for a new line",
  charactersLeft: (count) => (count >= 0 ? `${count} characters left` : `${-count} characters too many`),
  sending: "Sending…",
  retrying: "Connection unsteady, trying again…",
  notSent: "Not sent; the customer has not received this",
  notSentConflict: (name) => (name ? `Not sent: ${name} has this conversation now` : "Not sent: this conversation is no longer yours"),
  notSentRejected: "Not sent: the content was not accepted",
  retry: "Retry",
  discard: "Delete",
  conflict: (name) =>
    name ? `That did not work: ${name} has taken this conversation.` : "That did not work: the conversation has changed or a colleague has it. The page is up to date now.",
  conflictGone: "That did not work: this conversation has ended or no longer exists.",
  actionFailed: "That did not work. Please try again.",
  details: "Details",
  started: "Started",
  lastActivity: "Last message",
  language: "Language",
  turns: "Turns",
  status: "Status",
  ticketsHere: "Tickets",
  none: "None",
  rating: (helpful) => (helpful ? "Customer: helpful" : "Customer: not helpful"),
  offline: "The connection to the server is lost; what you see may be out of date. Reconnecting…",
  ticketFilter: "Ticket status",
  allStatuses: "All statuses",
  ticketStatus: { requested: "Registered", open: "Open", in_progress: "In progress", resolved: "Resolved", closed: "Closed", parked: "Failed" },
  noTickets: "No tickets match",
  pickTicket: "Pick a ticket from the list",
  number: "Number",
  contact: "Contact",
  summary: "Question",
  created: "Created",
  promised: "Promised by",
  overdue: "overdue",
  assignee: "Assignee",
  attempts: "Attempts",
  failure: "Failure",
  note: "Note to the customer",
  noteHint: "On saving, the customer sees the new status and this note in the conversation.",
  save: "Save",
  saved: "Saved; the customer is told in the conversation.",
  saveFailed: "Not saved. Please try again.",
  openConversation: "Open conversation",
  unansweredHint: "Questions the bot could not answer. Add the answer to the knowledge base and it can.",
  noUnanswered: "No unanswered questions",
  rung: { refusal: "nothing found", clarify: "asked back", handoff: "handed over", ticket: "ticket" },
  switchLanguage: "中文",
  transcriptTexts: { ...chatTexts.en, you: "Customer", assistant: "Bot", person: (name) => name || "Agent" },
};

export const deskTexts: Record<Language, DeskTexts> = { zh, en };

/** "45 s", "12 min", "3 h": short, and in the reader's language. */
export function durationText(ms: number, language: Language): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [value, unit] =
    seconds < 60 ? [seconds, "second"] : seconds < 3600 ? [Math.floor(seconds / 60), "minute"] : [Math.floor(seconds / 3600), "hour"];
  const style = { style: "unit", unit, unitDisplay: "short" } as const;
  return new Intl.NumberFormat(language === "zh" ? "zh-CN" : "en", style).format(value as number);
}
