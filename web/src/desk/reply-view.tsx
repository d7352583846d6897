/** A reply that the server has not confirmed: never looks like one that was sent. */

import type { Outgoing } from "../chat/outbox";
import type { DeskTexts } from "../text/desk-texts";
import { useDesk } from "./context";

export function ReplyView({ item }: { item: Outgoing }) {
  const { store, texts } = useDesk();
  return (
    <li class="kf-message kf-agent desk-pending" data-state={item.state}>
      <div class="kf-bubble">
        <p class="kf-text">{item.text}</p>
      </div>
      <div class="kf-foot">
        <div class="kf-meta" role={item.state === "failed" ? "alert" : "status"}>
          {replyState(item, store.otherAgent(), texts)}
        </div>
        {item.state === "failed" && (
          <div class="kf-unsent">
            <button type="button" class="kf-link" onClick={() => store.retryReply(item.key)}>
              {texts.retry}
            </button>
            <button type="button" class="kf-link" onClick={() => store.discardReply(item.key)}>
              {texts.discard}
            </button>
          </div>
        )}
      </div>
    </li>
  );
}

export function replyState(item: Outgoing, otherAgent: string, texts: DeskTexts): string {
  if (item.state !== "failed") return item.attempts > 0 ? texts.retrying : texts.sending;
  if (item.reason === "conflict") return texts.notSentConflict(otherAgent);
  return item.reason ? texts.notSentRejected : texts.notSent;
}
