import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ChatStore, type Surroundings } from "../src/chat/store";
import { MemoryStorage, Vault } from "../src/chat/vault";
import { CustomerApi } from "../src/wire/customer-api";
import { Line } from "./line";

const POST = /^POST .*\/messages$/;
const POLL = /^GET .*\/messages/;

class Around implements Surroundings {
  isOnline = true;
  isHidden = false;
  now = () => Date.now();
  online = () => this.isOnline;
  hidden = () => this.isHidden;
}

let line: Line;
let storage: MemoryStorage;
let around: Around;
const stores: ChatStore[] = [];

function visit(): ChatStore {
  const store = new ChatStore(new CustomerApi("", "pk_demo"), new Vault(storage, "pk_demo"), () => "zh", true, around);
  stores.push(store);
  store.start();
  return store;
}

/** Let `ms` pass, with every promise on the way. */
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

const customerTexts = (store: ChatStore) => store.state.messages.filter((m) => m.author === "customer").map((m) => m.text);
const allSaid = () => [...line.memory.rooms.values()].flatMap((room) => room.messages.filter((m) => m.author === "customer").map((m) => m.text));

beforeEach(() => {
  vi.useFakeTimers();
  line = new Line().install();
  storage = new MemoryStorage();
  around = new Around();
});
afterEach(() => {
  for (const store of stores.splice(0)) store.stop();
  vi.useRealTimers();
});

describe("a conversation", () => {
  it("is created only when the customer first writes", async () => {
    const store = visit();
    await pass(30_000);
    expect(line.of(/^POST/)).toEqual([]);
    store.send("你好");
    await pass(100);
    expect(line.of(/^POST \/v1\/conversations$/)).toHaveLength(1);
    expect(store.state.messages.map((m) => m.author)).toEqual(["customer", "bot"]);
  });

  it("is restored on the next visit", async () => {
    visit().send("你好");
    await pass(100);
    const again = visit();
    expect(again.state.restoring).toBe(true);
    await pass(100);
    expect(customerTexts(again)).toEqual(["你好"]);
    expect(again.state.restoring).toBe(false);
  });

  it("whose creation's reply is lost is not created twice", async () => {
    const store = visit();
    line.fail(/^POST \/v1\/conversations$/, "after");
    store.send("你好");
    await pass(5_000);
    expect(line.memory.rooms.size).toBe(1);
    expect(customerTexts(store)).toEqual(["你好"]);
  });

  it("that has expired is replaced by a new one, and the message in hand goes there", async () => {
    const store = visit();
    store.send("你好");
    await pass(100);
    line.memory.rooms.clear();
    store.send("收到货多少天内可以退货？");
    await pass(5_000);
    expect(customerTexts(store)).toEqual(["收到货多少天内可以退货？"]);
    expect(line.memory.rooms.size).toBe(1);
  });

  it("that is closed and takes no more is followed by a new one, with the message in it", async () => {
    const store = visit();
    store.send("你好");
    await pass(100);
    [...line.memory.rooms.values()][0]!.view.closed = true;
    await pass(25_000);
    expect(store.state.conversation?.closed).toBe(true);
    line.fail(POST, { status: 409 });
    store.send("在吗");
    await pass(1_000);
    expect(line.memory.rooms.size).toBe(2);
    expect(customerTexts(store)).toEqual(["在吗"]);
  });

  it("that the server keeps refusing ends as an unsent message, not as a loop", async () => {
    const store = visit();
    line.fail(POST, ...Array.from({ length: 20 }, () => ({ status: 401 })));
    store.send("你好");
    await pass(120_000);
    expect(line.of(POST).length).toBeLessThanOrEqual(3);
    expect(store.state.outgoing.map((item) => item.state)).toEqual(["failed"]);
  });

  it("started over forgets the old one here", async () => {
    const store = visit();
    store.send("你好");
    await pass(100);
    store.startOver();
    expect(store.state.messages).toEqual([]);
    store.send("在吗");
    await pass(100);
    expect(line.memory.rooms.size).toBe(2);
  });
});

describe("a lost line", () => {
  it("never doubles a message whose reply was lost", async () => {
    const store = visit();
    line.fail(POST, "after", "after");
    store.send("收到货多少天内可以退货？");
    await pass(20_000);
    const keys = new Set(line.of(POST).map((sent) => sent.key));
    expect(line.of(POST)).toHaveLength(3);
    expect([keys.size, [...keys][0]!.length >= 22]).toEqual([1, true]);
    expect(allSaid()).toEqual(["收到货多少天内可以退货？"]);
    expect(store.state.messages.map((m) => m.author)).toEqual(["customer", "bot"]);
    expect(store.state.outgoing).toEqual([]);
  });

  it("keeps the unsent text over a reload and sends it under the same key", async () => {
    const store = visit();
    line.fail(POST, "after");
    store.send("你好");
    await pass(50);
    store.stop();
    const again = visit();
    await pass(2_000);
    expect(new Set(line.of(POST).map((sent) => sent.key)).size).toBe(1);
    expect(allSaid()).toEqual(["你好"]);
    expect(again.state.outgoing).toEqual([]);
  });

  it("waits longer each time, then gives the message back as not sent", async () => {
    const store = visit();
    line.fail(POST, "before", "before", "before", "before", "before", "before");
    store.send("你好");
    await pass(120_000);
    expect(line.of(POST)).toHaveLength(6);
    expect(store.state.outgoing.map((item) => item.state)).toEqual(["failed"]);
    store.retry(store.state.outgoing[0]!.key);
    await pass(100);
    expect(new Set(line.of(POST).map((sent) => sent.key)).size).toBe(1);
    expect(customerTexts(store)).toEqual(["你好"]);
  });

  it("heeds Retry-After", async () => {
    const store = visit();
    line.fail(POST, { status: 429, headers: { "Retry-After": "20" } });
    store.send("你好");
    await pass(19_000);
    expect(line.of(POST)).toHaveLength(1);
    await pass(2_000);
    expect(customerTexts(store)).toEqual(["你好"]);
  });

  it("does not try while offline, and sends in the order written once online", async () => {
    const store = visit();
    around.isOnline = false;
    window.dispatchEvent(new Event("offline"));
    store.send("第一句");
    store.send("第二句");
    await pass(60_000);
    expect([line.of(POST).length, store.state.link]).toEqual([0, "offline"]);
    around.isOnline = true;
    window.dispatchEvent(new Event("online"));
    await pass(500);
    expect(customerTexts(store)).toEqual(["第一句", "第二句"]);
  });

  it("shows two equal messages as two", async () => {
    const store = visit();
    store.send("在吗");
    store.send("在吗");
    await pass(500);
    expect(customerTexts(store)).toEqual(["在吗", "在吗"]);
  });

  it("does not retry what the server will never accept", async () => {
    const store = visit();
    line.fail(POST, { status: 422 });
    store.send("x");
    await pass(60_000);
    expect(line.of(POST)).toHaveLength(1);
    expect(store.state.outgoing[0]).toMatchObject({ state: "failed", reason: "http_422" });
  });
});

describe("news", () => {
  it("of a 202 arrives by polling, and the typing state lasts until then", async () => {
    const store = visit();
    store.send("排队");
    await pass(100);
    expect(store.awaitingAnswer()).toBe(true);
    await pass(6_000);
    expect(store.state.messages.at(-1)?.text).toContain("稍后送到");
    expect(store.awaitingAnswer()).toBe(false);
  });

  it("is asked for every two seconds while a person has the conversation, rarely otherwise", async () => {
    const store = visit();
    store.send("你好");
    await pass(100);
    const idle = await pollsDuring(20_000);
    line.memory.agents[0]!.seenAt = Date.now();
    store.send("转人工");
    await pass(100);
    expect(store.state.conversation?.owner).toBe("queue");
    const busy = await pollsDuring(20_000);
    expect(idle).toBeLessThanOrEqual(2);
    expect(busy).toBeGreaterThanOrEqual(8);
  });

  it("is not asked for while the page is hidden, and at once when it is seen again", async () => {
    const store = visit();
    store.send("你好");
    await pass(100);
    around.isHidden = true;
    document.dispatchEvent(new Event("visibilitychange"));
    await pass(100);
    expect(await pollsDuring(120_000)).toBe(0);
    around.isHidden = false;
    document.dispatchEvent(new Event("visibilitychange"));
    await pass(100);
    expect(await pollsDuring(0)).toBe(0);
    expect(store.state.link).toBe("ok");
  });

  it("between a send and its answer is not skipped", async () => {
    const store = visit();
    store.send("你好");
    await pass(100);
    const room = [...line.memory.rooms.values()][0]!;
    line.memory.append(room, { author: "agent", agent_name: "李明", text: "我来看一下" });
    store.send("收到货多少天内可以退货？");
    await pass(25_000);
    expect(store.state.messages.map((m) => m.position)).toEqual([1, 2, 3, 4, 5]);
  });

  it("counts as unread until the panel is opened", async () => {
    const store = visit();
    store.send("你好");
    await pass(100);
    store.setOpen(false);
    const room = [...line.memory.rooms.values()][0]!;
    line.memory.append(room, { author: "agent", agent_name: "李明", text: "您好" });
    await pass(40_000);
    expect(store.unread()).toBe(1);
    store.setOpen(true);
    expect(store.unread()).toBe(0);
  });
});

describe("feedback", () => {
  it("is kept with the message only after the server has it", async () => {
    const store = visit();
    store.send("收到货多少天内可以退货？");
    await pass(100);
    const answer = store.state.messages.at(-1)!;
    line.fail(/feedback$/, "before");
    await expect(store.rate(answer.message_id, false)).rejects.toThrow();
    expect(store.state.messages.at(-1)?.feedback).toBeNull();
    await store.rate(answer.message_id, false, "没说运费");
    expect(store.state.messages.at(-1)?.feedback).toEqual({ helpful: false, comment: "没说运费" });
  });
  it("keeps its comment unless another one is sent, be it an empty one", async () => {
    const store = visit();
    store.send("收到货多少天内可以退货？");
    await pass(100);
    const answer = store.state.messages.at(-1)!;
    await store.rate(answer.message_id, false, "没说运费");
    await store.rate(answer.message_id, false);
    expect(store.state.messages.at(-1)?.feedback).toEqual({ helpful: false, comment: "没说运费" });
    await store.rate(answer.message_id, false, "");
    expect(store.state.messages.at(-1)?.feedback).toEqual({ helpful: false, comment: "" });
  });
});

async function pollsDuring(ms: number): Promise<number> {
  const before = line.of(POLL).length;
  await pass(ms);
  return line.of(POLL).length - before;
}
