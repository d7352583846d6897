/** Where the customer writes. Enter sends, Shift+Enter breaks the line, and never while an input method is composing. */

import type { RefObject } from "preact";
import { useId, useLayoutEffect, useState } from "preact/hooks";
import { Icon } from "./icons";

export const MAX_CHARACTERS = 4000;
const COUNT_BELOW = 400;

/** The contract counts characters (code points), not UTF-16 units. */
export function characters(text: string): number {
  return [...text.trim()].length;
}

/** A key that types: not one that an input method (Chinese, Japanese) uses to choose words. */
export function sends(event: KeyboardEvent): boolean {
  return event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229;
}

export interface ComposerWords {
  label: string;
  placeholder: string;
  send: string;
  hint: string;
  left(count: number): string;
}

interface ComposerProps {
  words: ComposerWords;
  draft: string;
  field: RefObject<HTMLTextAreaElement | null>;
  disabled?: boolean;
  onDraft: (text: string) => void;
  onSend: (text: string) => void;
}

export function Composer({ words, draft, field, disabled = false, onDraft, onSend }: ComposerProps) {
  const [text, setText] = useState(draft);
  const id = useId();
  const left = MAX_CHARACTERS - characters(text);
  const ready = !disabled && left >= 0 && text.trim() !== "";
  const write = (next: string) => {
    setText(next);
    onDraft(next);
  };
  const send = () => {
    if (!ready) return;
    onSend(text);
    write("");
    field.current?.focus();
  };
  useLayoutEffect(() => fitHeight(field.current), [text]);
  return (
    <form
      class="kf-composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="kf-composer-box">
        <textarea
          ref={field}
          rows={1}
          value={text}
          disabled={disabled}
          aria-label={words.label}
          aria-describedby={id}
          aria-invalid={left < 0}
          placeholder={words.placeholder}
          enterkeyhint="send"
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (!sends(event)) return;
            event.preventDefault();
            send();
          }}
        />
        <button type="submit" class="kf-send" aria-label={words.send} title={words.send} disabled={!ready}>
          <Icon name="send" />
        </button>
      </div>
      <p id={id} class={left < COUNT_BELOW ? "kf-counter" : "kf-hidden"} data-over={left < 0}>
        {left < COUNT_BELOW ? words.left(left) : words.hint}
      </p>
    </form>
  );
}

function fitHeight(field: HTMLTextAreaElement | null): void {
  if (!field) return;
  field.style.height = "auto";
  if (field.scrollHeight) field.style.height = `${Math.min(field.scrollHeight, 160)}px`;
}
