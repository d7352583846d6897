/** What the scripted server answers: enough of every block, rung and state to build and test the pages against. */

import type { Block, Citation, Language, Message, Rung } from "../src/wire/types.ts";

export interface Scripted {
  rung: Rung;
  blocks: Block[];
  text?: string;
  citations?: Citation[];
  degraded?: string[];
  /** Seconds of work before the answer. */
  delayS?: number;
  /** Answer 202 and let the poll bring it. */
  pending?: boolean;
  act?: "queue" | "ticket";
}

export const site = {
  name: { zh: "屿光智能", en: "Islelight" },
  greeting: {
    zh: "您好，我是屿光智能的在线助手。产品使用、订单配送、退换维修、会员权益，都可以问我。我的回答都会注明出处；答不上来的，我会转给人工同事。",
    en: "Hello, I'm the Islelight assistant. Ask me about products, delivery, returns and repairs, or membership. Every answer shows its source, and if I can't answer I'll pass you to a colleague.",
  },
  suggested_questions: {
    zh: ["收到货多少天内可以退货？", "云雀 S3 现在多少钱？", "智能门锁上门安装要收费吗？", "会员可以看多少天的云端录像？"],
    en: ["How many days do I have to return something?", "How much is the Skylark S3?", "Do you deliver outside mainland China?"],
  },
  colours: { primary: "#0B5F6B", accent: "#B4460F", background: "#FFFFFF", text: "#1B2528" },
  hotline: "400-000-7731",
};

const RETURNS_ZH: Citation = citation(1, "退货与换货规则（2026 版）", "knowledge/after-sales/returns-2026.md", "自签收之日起 15 天内，商品完好、配件齐全，可以申请无理由退货。拆封后影响二次销售的耗材（滤芯、集尘袋）除外。", "退货条件 › 时限", "zh");
const RETURNS_EN: Citation = citation(1, "Returns and exchanges (2026)", "https://www.islelight.example/help/returns-2026", "You may return an item within 15 days of delivery, provided it is in good condition and complete.", "Conditions › Time limit", "en");
const PRICE: Citation = citation(1, "价格表", "facts/prices.xlsx", "云雀 S3 | 2499 | 元 | 2026-11-01 起", "价格表!R7", "zh");
const LOCK: Citation = citation(2, "智能门锁安装说明", "https://www.islelight.example/help/lock", "首次上门安装免费；改孔、开槽按现场报价。", "第 3 页", "zh");

function citation(number: number, title: string, source: string, quote: string, locator: string, language: string): Citation {
  return { number, title, source, quote, locator, language, document_id: `d${number}`, chunk_id: `c${number}`, score: 0.82 };
}

const text = (words: string, citations: number[] = []): Block => ({ type: "text", text: words, citations });

const CONTACT_FORM: Record<Language, Block> = {
  zh: {
    type: "form",
    form: "contact",
    prompt: "请留下联系方式，同事会在约定时间内回复您。",
    fields: [
      { name: "contact", label: "手机或邮箱", kind: "contact", required: true },
      { name: "summary", label: "想说明的问题", kind: "long_text", required: false },
    ],
  },
  en: {
    type: "form",
    form: "contact",
    prompt: "How can a colleague reach you?",
    fields: [
      { name: "contact", label: "Phone or e-mail", kind: "contact", required: true },
      { name: "summary", label: "What it is about", kind: "long_text", required: false },
    ],
  },
};

interface Rule {
  when: RegExp;
  zh: Scripted;
  en: Scripted;
}

const both = (answer: Scripted): Pick<Rule, "zh" | "en"> => ({ zh: answer, en: answer });

const RULES: Rule[] = [
  {
    when: /联系方式|手机或邮箱: |Phone or e-mail: /i,
    zh: { rung: "ticket", act: "ticket", blocks: [] },
    en: { rung: "ticket", act: "ticket", blocks: [] },
  },
  {
    when: /人工|真人|human|person|agent/i,
    zh: { rung: "handoff", act: "queue", blocks: [text("好的，正在为您转接人工客服。")] },
    en: { rung: "handoff", act: "queue", blocks: [text("Of course. I'm finding a colleague for you.")] },
  },
  {
    when: /工单|ticket/i,
    zh: { rung: "flow", blocks: [CONTACT_FORM.zh] },
    en: { rung: "flow", blocks: [CONTACT_FORM.en] },
  },
  {
    when: /退货|return/i,
    zh: {
      rung: "extractive",
      blocks: [
        text("自签收之日起 15 天内可以申请无理由退货，商品需完好、配件齐全。", [1]),
        { type: "list", ordered: true, items: ["在「我的订单」提交退货申请", "等待审核，一般 1 个工作日", "寄回商品，运费由屿光承担"], citations: [1] },
        { type: "citation", quote: RETURNS_ZH.quote, citation: 1, language: "zh" },
      ],
      citations: [RETURNS_ZH, LOCK],
    },
    en: {
      rung: "model",
      blocks: [
        text("You have 15 days from delivery to return an item. It must be in good condition and complete.", [1]),
        { type: "citation", quote: RETURNS_ZH.quote, citation: 2, language: "zh" },
      ],
      citations: [RETURNS_EN, { ...RETURNS_ZH, number: 2 }],
    },
  },
  {
    when: /多少钱|价格|how much|price/i,
    ...both({
      rung: "fact",
      blocks: [{ type: "card", title: "云雀 S3", rows: [["价格", "2,499 元"], ["有效期", "2026-11-01 起"]], citations: [1] }],
      citations: [PRICE],
    }),
  },
  {
    when: /安装|install/i,
    zh: {
      rung: "clarify",
      blocks: [{ type: "choice", prompt: "您想问的是哪一项？", choices: [{ label: "门锁上门安装费", value: "门锁首次上门安装收费吗" }, { label: "退货规则", value: "退货规则" }, { label: "都不是", value: "都不是，我想找人工" }] }],
    },
    en: {
      rung: "clarify",
      blocks: [{ type: "choice", prompt: "Which one do you mean?", choices: [{ label: "Lock installation fee", value: "Price of lock fitting" }, { label: "Returns", value: "return rules" }] }],
    },
  },
  {
    when: /录像|deliver/i,
    ...both({
      rung: "extractive",
      delayS: 4,
      degraded: ["vector"],
      blocks: [text("屿光会员可查看最近 30 天的云端录像，非会员为 3 天。", [1])],
      citations: [citation(1, "会员权益", "https://www.islelight.example/help/membership", "会员：云端录像保存 30 天。非会员：3 天。", "会员权益 › 云端录像", "zh")],
    }),
  },
  { when: /排队|pending/i, ...both({ rung: "small_talk", pending: true, delayS: 3, blocks: [text("久等了，这是稍后送到的回答。")] }) },
  {
    when: /你好|您好|hello|hi\b/i,
    zh: { rung: "small_talk", blocks: [text("您好！请问有什么可以帮您？")] },
    en: { rung: "small_talk", blocks: [text("Hello! How can I help?")] },
  },
];

const REFUSAL: Record<Language, Scripted> = {
  zh: { rung: "refusal", blocks: [text("抱歉，公司资料里没有找到这个问题的答案。您可以换个说法，或者转人工客服。"), { type: "choice", prompt: "", choices: [{ label: "转人工客服", value: "转人工" }, { label: "提交工单", value: "我要提交工单" }] }] },
  en: { rung: "refusal", blocks: [text("Sorry, our documents don't answer this. You can ask in other words, or talk to a colleague."), { type: "choice", prompt: "", choices: [{ label: "Talk to a person", value: "I want a person" }, { label: "Open a ticket", value: "Open a ticket" }] }] },
};

export function languageOf(words: string): Language {
  return /\p{Script=Han}/u.test(words) ? "zh" : "en";
}

export function scriptedAnswer(words: string): Scripted {
  const language = languageOf(words);
  const rule = RULES.find((candidate) => candidate.when.test(words));
  return rule ? rule[language] : REFUSAL[language];
}

export function contactForm(language: Language): Scripted {
  const words = language === "zh" ? "现在没有同事在线。" : "No colleague is here right now.";
  return { rung: "handoff", blocks: [text(words), CONTACT_FORM[language]] };
}

const MOCK_KEY = `kt_${"0123456789abcdef".repeat(2)}.${"mock".repeat(10)}`;

export function ticketCard(number: string, promisedAt: Date, language: Language): Scripted {
  const promised = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en", { dateStyle: "medium", timeStyle: "short", timeZone: "Asia/Shanghai" }).format(promisedAt);
  const zh: Block = { type: "card", title: `工单 ${number}`, rows: [["状态", "已登记"], ["最晚回复", promised], ["查询凭证", MOCK_KEY]] };
  const en: Block = { type: "card", title: `Ticket ${number}`, rows: [["Status", "registered"], ["Reply by", promised], ["Access token", MOCK_KEY]] };
  return {
    rung: "ticket",
    blocks: [text(language === "zh" ? "我们已经收到您的问题。" : "We have received your question."), language === "zh" ? zh : en],
  };
}

export function plainText(blocks: Block[]): string {
  return blocks
    .map((block) => {
      if (block.type === "text") return block.text;
      if (block.type === "list") return block.items.join("\n");
      if (block.type === "citation") return block.quote;
      if (block.type === "card") return [block.title, ...block.rows.map((row) => row.join(": "))].join("\n");
      return block.prompt;
    })
    .join("\n");
}

export type NewMessage = Partial<Message> & Pick<Message, "author" | "text">;
