/** A ticket's own key: nobody reads it out, so it is not shown but copied. */

import { useEffect, useRef, useState } from "preact/hooks";
import { useReading } from "./context";
import { Icon } from "./icons";

/** What docs/http-api.md says of such a token. */
const KEY = /^kt_[\w.-]{20,}$/;

export function isTicketKey(value: string): boolean {
  return KEY.test(value);
}

type Outcome = "" | "copied" | "shown";

export function TicketKey({ label, value }: { label: string; value: string }) {
  const { texts } = useReading();
  const [outcome, setOutcome] = useState<Outcome>("");
  const copy = async () => {
    setOutcome("");
    setOutcome(await copied(value));
  };
  return (
    <div class="kf-key">
      <button type="button" class="kf-button" title={texts.ticketKeyHint} onClick={copy}>
        <Icon name={outcome === "copied" ? "check" : "copy"} size={16} /> {texts.ticketKeyCopy(label)}
      </button>
      <span role="status">{outcome === "copied" && texts.ticketKeyCopied}</span>
      {outcome === "shown" && <ToCopyByHand label={texts.ticketKeyByHand} value={value} />}
    </div>
  );
}

/** Where a page may not write to the clipboard, the key is shown, chosen already, to be copied by hand. */
function ToCopyByHand({ label, value }: { label: string; value: string }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  return (
    <label class="kf-key-field">
      {label}
      <input ref={field} class="kf-code" readOnly value={value} onFocus={(event) => event.currentTarget.select()} />
    </label>
  );
}

async function copied(value: string): Promise<Outcome> {
  try {
    await navigator.clipboard.writeText(value);
    return "copied";
  } catch {
    return "shown";
  }
}
