import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { routeOf } from "../src/desk/context";
import { DeskStore } from "../src/desk/desk-store";
import { DeskMemory } from "../src/desk/memory";
import { chosen, inOrder, newlyWaiting } from "../src/desk/queue";
import { MemoryStorage } from "../src/chat/vault";
import { StaffApi } from "../src/wire/staff-api";
import type { QueueItem } from "../src/wire/types";
import { Line } from "./line";

const REPLY = /^POST .*\/reply$/;

function item(id: string, owner: QueueItem["owner"], minute: number, agent = ""): QueueItem {
  const moment = `2026-11-22T08:${String(minute).padStart(2, "0")}:00Z`;
  const waiting = owner === "queue" ? moment : null;
  return { conversation_id: id, owner, agent_name: agent, language: "zh", turn: 1, created_at: moment, updated_at: moment, waiting_since: waiting, last_message: null };
}

describe("the list", () => {
  const items = [item("bot", "bot", 50), item("new", "queue", 30), item("mine", "agent", 10, "李明"), item("old", "queue", 5), item("hers", "agent", 40, "Grace")];
  it("puts the longest wait first, then people's, then the bot's", () => {
    expect(inOrder(items).map((i) => i.conversation_id)).toEqual(["old", "new", "hers", "mine", "bot"]);
  });
  it("filters by who has a conversation", () => {
    expect(chosen(items, "mine", "李明").map((i) => i.conversation_id)).toEqual(["mine"]);
    expect(chosen(items, "queue", "李明")).toHaveLength(2);
    expect(chosen(items, "all", "李明")).toHaveLength(5);
  });
  it("rings for those who have just begun to wait, once", () => {
    expect(newlyWaiting([item("new", "bot", 1)], items, "李明").map((i) => i.conversation_id)).toEqual(["new", "old"]);
    expect(newlyWaiting(items, items, "李明")).toEqual([]);
  });
  it("counts a customer whom nobody has answered as waiting, for the agent who has them", () => {
    const unanswered = { ...item("mine", "agent", 20, "李明"), waiting_since: "2026-11-22T08:02:00Z" };
    const now = items.map((i) => (i.conversation_id === "mine" ? unanswered : i));
    expect(inOrder(now).map((i) => i.conversation_id)).toEqual(["mine", "old", "new", "hers", "bot"]);
    expect(newlyWaiting(items, now, "李明").map((i) => i.conversation_id)).toEqual(["mine"]);
    expect(newlyWaiting(items, now, "Grace")).toEqual([]);
    expect(newlyWaiting(now, now, "李明")).toEqual([]);
  });
});

it("what is open is in the address", () => {
  expect(routeOf("#/tickets/a%2Fb")).toEqual({ section: "tickets", id: "a/b" });
  expect(routeOf("")).toEqual({ section: "conversations", id: "" });
  expect(routeOf("#/nonsense/%E0%A4%A")).toEqual({ section: "conversations", id: "" });
});

describe("at the desk", () => {
  let line: Line;
  let memory: DeskMemory;
  let roomId: string;
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

  let hidden: boolean;
  const looks = () => line.of(new RegExp(`^GET /desk/v1/conversations/${roomId}`));

  async function beats(store: DeskStore, seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      await store.beat();
      await pass(1000);
    }
  }

  async function signIn(token = "staff-one"): Promise<DeskStore> {
    const api = new StaffApi(token);
    const store = new DeskStore(api, memory, () => hidden);
    store.begin(await api.me());
    store.show("conversations", roomId);
    await pass(10);
    return store;
  }

  beforeEach(async () => {
    vi.useFakeTimers();
    line = new Line().install();
    memory = new DeskMemory(new MemoryStorage(), new MemoryStorage());
    hidden = false;
    roomId = line.memory.create("zh", "k").conversation_id;
    line.memory.agents[0]!.seenAt = Date.now();
    void line.memory.receive(line.memory.staffRoom(roomId), "转人工", "m1");
    await pass(10);
  });
  afterEach(() => vi.useRealTimers());

  it("being there is said on signing in and every ten seconds", async () => {
    const store = await signIn();
    await beats(store, 30);
    const puts = line.of(/^PUT/).length;
    expect(puts).toBeGreaterThanOrEqual(3);
    expect(puts).toBeLessThanOrEqual(4);
    await store.setAvailable(false);
    expect(line.of(/^PUT/).at(-1)?.body).toEqual({ available: false });
  });

  it("of an open conversation only what is new is fetched, and all of it now and then", async () => {
    const store = await signIn();
    await beats(store, 3);
    const said = store.state.open!.messages.length;
    expect(looks().at(-1)?.path).toContain(`?after=${said}`);
    line.memory.append(line.memory.staffRoom(roomId), { author: "customer", text: "还在吗？" });
    await beats(store, 2);
    expect(store.state.open!.messages.map((m) => m.position)).toEqual(Array.from({ length: said + 1 }, (_, i) => i + 1));
    line.memory.rate(line.memory.staffRoom(roomId), store.state.open!.messages[1]!.message_id, { helpful: false });
    await beats(store, 30);
    expect(store.state.open!.messages[1]!.feedback).toMatchObject({ helpful: false });
  });

  it("a customer's message ahead of the agent's own reply is not missed", async () => {
    const store = await signIn();
    await store.takeOver();
    await pass(10);
    line.memory.append(line.memory.staffRoom(roomId), { author: "customer", text: "我再补充一句" });
    store.reply("您好");
    await pass(10);
    await beats(store, 3);
    expect(store.state.open!.messages.slice(-2).map((m) => m.text)).toEqual(["我再补充一句", "您好"]);
  });

  it("a page that nobody sees looks less often, and says as often who is there", async () => {
    const store = await signIn();
    const before = looks().length;
    hidden = true;
    await beats(store, 30);
    expect(looks().length - before).toBe(1);
    expect(line.of(/^PUT/).length).toBeGreaterThanOrEqual(3);
  });

  it("a customer who waits is taken over and answered, and reads it", async () => {
    const store = await signIn();
    expect(store.state.queue.items?.map((i) => i.owner)).toEqual(["queue"]);
    await store.takeOver();
    expect(store.isMine(store.state.open!.conversation)).toBe(true);
    store.reply("您好，请问订单号？");
    await pass(10);
    expect(line.memory.staffRoom(roomId).messages.at(-1)).toMatchObject({ author: "agent", agent_name: "李明", text: "您好，请问订单号？" });
    expect(store.repliesOf(roomId)).toEqual([]);
  });

  it("a reply whose answer is lost is sent again under its key and arrives once", async () => {
    const store = await signIn();
    await store.takeOver();
    line.fail(REPLY, "after");
    store.reply("稍等");
    await pass(20);
    expect(store.repliesOf(roomId)).toHaveLength(1);
    await pass(3000);
    expect(new Set(line.of(REPLY).map((sent) => sent.key)).size).toBe(1);
    expect(line.memory.staffRoom(roomId).messages.filter((m) => m.text === "稍等")).toHaveLength(1);
    expect(store.repliesOf(roomId)).toEqual([]);
  });

  it("a reply that the server did not confirm stays unsent, over a reload too, until retried", async () => {
    const store = await signIn();
    await store.takeOver();
    line.fail(REPLY, ...Array.from({ length: 6 }, () => "before" as const));
    store.reply("稍等");
    await pass(120_000);
    const [failed] = store.repliesOf(roomId);
    expect(failed?.state).toBe("failed");
    const again = await signIn();
    expect(again.repliesOf(roomId)).toEqual([failed]);
    again.retryReply(failed!.key);
    await pass(10);
    expect(line.of(REPLY).at(-1)?.key).toBe(failed?.key);
    expect(again.repliesOf(roomId)).toEqual([]);
  });

  it("a conversation that a colleague has cannot be taken: the page says who has it", async () => {
    const store = await signIn();
    line.memory.takeOver(line.memory.staffRoom(roomId), line.memory.agents[1]!);
    await store.takeOver();
    expect(store.state.trouble).toEqual({ kind: "conflict", name: "Grace" });
    expect(store.isMine(store.state.open!.conversation)).toBe(false);
  });

  it("a reply after a colleague took over is not sent, and says why", async () => {
    const store = await signIn();
    await store.takeOver();
    Object.assign(line.memory.staffRoom(roomId).view, { agent_name: "Grace" });
    store.reply("稍等");
    await pass(20);
    expect(store.repliesOf(roomId)[0]).toMatchObject({ state: "failed", reason: "conflict" });
    expect(store.otherAgent()).toBe("Grace");
    expect(line.of(REPLY)).toHaveLength(1);
  });

  it("handing back and closing show what the server says", async () => {
    const store = await signIn();
    await store.takeOver();
    await store.handBack();
    expect(store.state.open?.conversation.owner).toBe("bot");
    await store.close();
    expect(store.state.open?.conversation.closed).toBe(true);
  });

  it("a token that is no longer good ends the session", async () => {
    const store = await signIn();
    line.memory.agents.length = 0;
    await store.setAvailable(true);
    expect(store.state.signedOut).toBe(true);
    const calls = line.sent.length;
    await store.beat();
    expect(line.sent).toHaveLength(calls);
  });

  it("a cut line is said, and unsaid when it is back", async () => {
    const store = await signIn();
    line.fail(/^PUT/, "before");
    await store.setAvailable(true);
    expect(store.state.link).toBe(false);
    await store.setAvailable(true);
    expect(store.state.link).toBe(true);
  });
});
