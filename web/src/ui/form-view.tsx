/** A form block as a real form; its values travel as one ordinary message, a `label: value` per line. */

import { useId, useRef, useState } from "preact/hooks";
import type { ChatTexts } from "../text/chat-texts";
import type { FieldKind, FormBlock, FormField } from "../wire/types";
import { useReading } from "./context";

type Values = Record<string, string>;

const INPUT = {
  text: { type: "text", autocomplete: "on" },
  phone: { type: "tel", autocomplete: "tel" },
  email: { type: "email", autocomplete: "email" },
  contact: { type: "text", autocomplete: "tel" },
  long_text: { type: "text", autocomplete: "off" },
} as const satisfies Record<FieldKind, object>;

/** What is wrong with a value, in the reader's words; "" when nothing is. The server has the last word. */
export function fieldError(field: FormField, value: string, texts: ChatTexts): string {
  const given = value.trim();
  if (!given) return field.required ? texts.formMissing(field.label) : "";
  if (field.kind === "email" && !/^\S+@\S+\.\S+$/.test(given)) return texts.formBadEmail;
  if (field.kind === "phone" && given.replace(/\D/g, "").length < 5) return texts.formBadPhone;
  return "";
}

export function formMessage(fields: FormField[], values: Values): string {
  return fields
    .map((field) => ({ label: field.label, value: (values[field.name] ?? "").trim() }))
    .filter(({ value }) => value !== "")
    .map(({ label, value }) => `${label}: ${value}`)
    .join("\n");
}

export function FormView({ block, answer }: { block: FormBlock; answer: ((text: string) => void) | null }) {
  const { texts } = useReading();
  const [values, setValues] = useState<Values>({});
  const [checked, setChecked] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const errorOf = (field: FormField) => (checked ? fieldError(field, values[field.name] ?? "", texts) : "");
  const submit = (event: Event) => {
    event.preventDefault();
    setChecked(true);
    const wrong = block.fields.find((field) => fieldError(field, values[field.name] ?? "", texts));
    if (wrong) form.current?.querySelector<HTMLElement>(`[data-field="${CSS.escape(wrong.name)}"]`)?.focus();
    else answer?.(formMessage(block.fields, values));
  };
  return (
    <form class="kf-form" ref={form} noValidate onSubmit={submit} aria-label={block.prompt}>
      {block.prompt && <p class="kf-text">{block.prompt}</p>}
      <fieldset disabled={!answer}>
        {block.fields.map((field) => (
          <Field
            key={field.name}
            field={field}
            value={values[field.name] ?? ""}
            error={errorOf(field)}
            onValue={(value) => setValues({ ...values, [field.name]: value })}
          />
        ))}
        <button type="submit" class="kf-button kf-primary">
          {answer ? texts.formSend : texts.formSent}
        </button>
      </fieldset>
    </form>
  );
}

interface FieldProps {
  field: FormField;
  value: string;
  error: string;
  onValue: (value: string) => void;
}

function Field({ field, value, error, onValue }: FieldProps) {
  const { texts } = useReading();
  const id = useId();
  const shared = {
    id,
    value,
    name: field.name,
    "data-field": field.name,
    "aria-required": field.required,
    "aria-invalid": error !== "",
    "aria-describedby": error ? `${id}-error` : undefined,
    onInput: (event: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) => onValue(event.currentTarget.value),
  };
  return (
    <div class="kf-field">
      <label for={id}>
        {field.label} {!field.required && <small>{texts.optional}</small>}
      </label>
      {field.kind === "long_text" ? (
        <textarea rows={3} maxLength={2000} {...shared} />
      ) : (
        <input maxLength={200} {...(INPUT[field.kind] ?? INPUT.text)} {...shared} />
      )}
      {error && (
        <p class="kf-field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}
