/** The words of the chat page and the widget, one catalogue per language. Components hold no words of their own. */

import type { Language, TicketStatus } from "../wire/types";

export interface ChatTexts {
  assistant: string;
  subtitle: string;
  you: string;
  colleague: string;
  openChat(company: string): string;
  unread(count: number): string;
  closeChat: string;
  newConversation: string;
  newConversationAsk: string;
  start: string;
  cancel: string;
  /** The other language, named in itself. */
  switchLanguage: string;
  messages: string;
  restoring: string;
  noSite: string;
  tryAgain: string;
  suggested: string;
  placeholder: string;
  placeholderPerson(name: string): string;
  messageLabel: string;
  send: string;
  sendHint: string;
  charactersLeft(count: number): string;
  footnote: string;
  hotline: string;
  typing: string;
  progress: string;
  progressLong: string;
  offline: string;
  trouble: string;
  expired: string;
  queued: string;
  withPerson(name: string): string;
  closed: string;
  unsent: string;
  unsentReason: string;
  retry: string;
  discard: string;
  willRetry: string;
  sending: string;
  delivered: string;
  fromDocuments: string;
  fromModel: string;
  fromTable: string;
  fromCache: string;
  noSource: string;
  aboutTicket: string;
  person(name: string): string;
  degraded: string;
  sources: string;
  source(number: number, title: string): string;
  sourceHeading: string;
  sourcePlace: string;
  sourceLanguage: string;
  sourceQuote: string;
  sourceOpen: string;
  sourceFile: string;
  closeSource: string;
  quoteIn(language: string): string;
  helpfulQuestion: string;
  helpful: string;
  unhelpful: string;
  thanks: string;
  commentAskGood: string;
  commentAskBad: string;
  commentSend: string;
  commentSkip: string;
  feedbackFailed: string;
  formSend: string;
  formSent: string;
  formMissing(label: string): string;
  formBadEmail: string;
  formBadPhone: string;
  optional: string;
  ticketKeyCopy(label: string): string;
  ticketKeyHint: string;
  ticketKeyCopied: string;
  ticketKeyByHand: string;
  ticketStatusCheck: string;
  ticketStatusFailed: string;
  ticketStatusIs(status: string): string;
  ticketPromised(moment: string): string;
  ticketStatus: Record<TicketStatus, string>;
  newTab: string;
}

const zh: ChatTexts = {
  assistant: "在线助手",
  subtitle: "在线客服 · 回答注明出处",
  you: "您",
  colleague: "人工客服",
  openChat: (company) => (company ? `打开${company}在线客服` : "打开在线客服"),
  unread: (count) => `${count} 条未读消息`,
  closeChat: "收起客服窗口",
  newConversation: "开始新对话",
  newConversationAsk: "开始新对话后，这里将不再显示当前的对话内容。",
  start: "开始新对话",
  cancel: "取消",
  switchLanguage: "English",
  messages: "对话内容",
  restoring: "正在恢复上次的对话…",
  noSite: "暂时连不上客服系统，正在重新连接。",
  tryAgain: "立即重试",
  suggested: "大家常问",
  placeholder: "请输入您的问题",
  placeholderPerson: (name) => (name ? `给${name}留言` : "给客服同事留言"),
  messageLabel: "消息",
  send: "发送",
  sendHint: "按 Enter 发送，Shift + Enter 换行",
  charactersLeft: (count) => (count >= 0 ? `还可输入 ${count} 字` : `超出 ${-count} 字`),
  footnote: "回答依据公司资料自动生成，请以原文为准",
  hotline: "客服热线",
  typing: "正在输入",
  progress: "正在查找公司资料…",
  progressLong: "还在处理，请稍等片刻…",
  offline: "网络已断开。您写的内容会保留，联网后自动发送。",
  trouble: "连接不稳定，正在重试。",
  expired: "上次的对话已过期，您可以从这里重新开始。",
  queued: "正在为您转接人工客服，请稍候。您可以继续留言。",
  withPerson: (name) => (name ? `${name} 正在为您服务` : "人工客服正在为您服务"),
  closed: "本次对话已结束，继续提问即可再次咨询。",
  unsent: "未发送",
  unsentReason: "这条消息没有被接受，请修改后重新发送。",
  retry: "重试",
  discard: "删除",
  willRetry: "等待网络，稍后自动发送",
  sending: "发送中",
  delivered: "已送达",
  fromDocuments: "来自公司文档",
  fromModel: "AI 依据公司文档整理",
  fromTable: "来自公司数据表",
  fromCache: "来自此前的同类回答",
  noSource: "公司资料中没有找到依据",
  aboutTicket: "工单",
  person: (name) => (name ? `人工客服：${name}` : "人工客服"),
  degraded: "部分资料暂时无法检索，这个回答可能不完整。",
  sources: "出处",
  source: (number, title) => `出处 ${number}：${title}`,
  sourceHeading: "出处",
  sourcePlace: "位置",
  sourceLanguage: "原文语言",
  sourceQuote: "原文",
  sourceOpen: "查看原文",
  sourceFile: "文件",
  closeSource: "关闭出处",
  quoteIn: (language) => `原文为${language}`,
  helpfulQuestion: "这个回答有帮助吗？",
  helpful: "有帮助",
  unhelpful: "没有帮助",
  thanks: "谢谢您的反馈",
  commentAskGood: "哪里做得好？（选填）",
  commentAskBad: "哪里不对，或者还缺什么？（选填）",
  commentSend: "提交",
  commentSkip: "不用了",
  feedbackFailed: "反馈没有提交成功，请重试。",
  formSend: "提交",
  formSent: "已提交",
  formMissing: (label) => `请填写${label}`,
  formBadEmail: "请填写有效的邮箱地址",
  formBadPhone: "请填写有效的电话号码",
  optional: "选填",
  ticketKeyCopy: (label) => `复制${label}`,
  ticketKeyHint: "换了设备或清除了浏览记录，凭它仍可查询这张工单，请勿转发给他人",
  ticketKeyCopied: "已复制，请妥善保存",
  ticketKeyByHand: "请手动复制：",
  ticketStatusCheck: "查询进度",
  ticketStatusFailed: "暂时查不到进度，请稍后再试。",
  ticketStatusIs: (status) => `当前进度：${status}`,
  ticketPromised: (moment) => `预计 ${moment} 前回复`,
  ticketStatus: {
    requested: "已登记",
    open: "待处理",
    in_progress: "处理中",
    resolved: "已解决",
    closed: "已关闭",
    parked: "登记遇到问题，同事正在核实",
  },
  newTab: "在新窗口打开",
};

const en: ChatTexts = {
  assistant: "Assistant",
  subtitle: "Answers show their sources",
  you: "You",
  colleague: "A colleague",
  openChat: (company) => (company ? `Chat with ${company}` : "Open chat"),
  unread: (count) => (count === 1 ? "1 unread message" : `${count} unread messages`),
  closeChat: "Close chat",
  newConversation: "New conversation",
  newConversationAsk: "A new conversation clears what is shown here.",
  start: "Start new",
  cancel: "Cancel",
  switchLanguage: "中文",
  messages: "Conversation",
  restoring: "Restoring your conversation…",
  noSite: "Customer service can't be reached. Reconnecting.",
  tryAgain: "Try now",
  suggested: "People often ask",
  placeholder: "Type your question",
  placeholderPerson: (name) => (name ? `Write to ${name}` : "Write to our colleague"),
  messageLabel: "Message",
  send: "Send",
  sendHint: "Enter to send, Shift + Enter for a new line",
  charactersLeft: (count) => (count >= 0 ? `${count} characters left` : `${-count} characters too many`),
  footnote: "Answers are put together from company documents; the originals prevail",
  hotline: "Hotline",
  typing: "Typing",
  progress: "Looking through our documents…",
  progressLong: "Still working on it, one moment…",
  offline: "You're offline. What you write is kept and sent once you're back.",
  trouble: "The connection is unsteady. Trying again.",
  expired: "Your last conversation has expired. You can start again here.",
  queued: "Finding a colleague for you. You can keep writing.",
  withPerson: (name) => (name ? `You're talking to ${name}` : "You're talking to a colleague"),
  closed: "This conversation has ended. Ask again any time.",
  unsent: "Not sent",
  unsentReason: "This message was not accepted. Please change it and send it again.",
  retry: "Retry",
  discard: "Delete",
  willRetry: "Waiting for the network; will be sent",
  sending: "Sending",
  delivered: "Delivered",
  fromDocuments: "From company documents",
  fromModel: "Written by AI from company documents",
  fromTable: "From the company's own tables",
  fromCache: "From an earlier answer to this question",
  noSource: "Nothing on this in our documents",
  aboutTicket: "Ticket",
  person: (name) => (name ? `A person: ${name}` : "A person"),
  degraded: "Some sources could not be searched just now; this answer may be incomplete.",
  sources: "Sources",
  source: (number, title) => `Source ${number}: ${title}`,
  sourceHeading: "Source",
  sourcePlace: "Where",
  sourceLanguage: "Language",
  sourceQuote: "Original words",
  sourceOpen: "Open the original",
  sourceFile: "File",
  closeSource: "Close source",
  quoteIn: (language) => `Original in ${language}`,
  helpfulQuestion: "Was this helpful?",
  helpful: "Helpful",
  unhelpful: "Not helpful",
  thanks: "Thank you for telling us",
  commentAskGood: "What was good? (optional)",
  commentAskBad: "What is wrong or missing? (optional)",
  commentSend: "Submit",
  commentSkip: "No thanks",
  feedbackFailed: "Your feedback was not saved. Please try again.",
  formSend: "Submit",
  formSent: "Submitted",
  formMissing: (label) => `Please fill in: ${label}`,
  formBadEmail: "Please enter a valid e-mail address",
  formBadPhone: "Please enter a valid phone number",
  optional: "optional",
  ticketKeyCopy: (label) => `Copy ${label.charAt(0).toLowerCase()}${label.slice(1)}`,
  ticketKeyHint: "With it you can check this ticket from another device. Don't share it.",
  ticketKeyCopied: "Copied. Keep it somewhere safe.",
  ticketKeyByHand: "Please copy it by hand:",
  ticketStatusCheck: "Check progress",
  ticketStatusFailed: "Progress isn't available just now. Please try again later.",
  ticketStatusIs: (status) => `Status: ${status}`,
  ticketPromised: (moment) => `Reply expected by ${moment}`,
  ticketStatus: {
    requested: "registered",
    open: "open",
    in_progress: "in progress",
    resolved: "resolved",
    closed: "closed",
    parked: "a problem came up; a colleague is checking",
  },
  newTab: "opens in a new tab",
};

export const chatTexts: Record<Language, ChatTexts> = { zh, en };
