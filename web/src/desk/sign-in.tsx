/** The token at the door. It is tried before it is kept. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { DeskTexts } from "../text/desk-texts";
import { LanguageButton } from "../ui/language-button";
import { ApiError } from "../wire/http";
import type { Language } from "../wire/types";

interface SignInProps {
  texts: DeskTexts;
  language: Language;
  /** Why one is here again, "" on the first visit. */
  notice: string;
  onToken: (token: string) => Promise<void>;
  onLanguage: () => void;
}

export function SignIn({ texts, language, notice, onToken, onLanguage }: SignInProps) {
  const [error, setError] = useState(notice);
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const submit = async (event: Event) => {
    event.preventDefault();
    const token = field.current?.value.trim() ?? "";
    if (!token || busy) return field.current?.focus();
    setBusy(true);
    setError("");
    try {
      await onToken(token);
    } catch (problem) {
      const refused = problem instanceof ApiError && !problem.retryable;
      setError(refused ? texts.signInWrong : texts.signInUnreachable);
      setBusy(false);
      field.current?.select();
    }
  };
  return (
    <div class="desk-sign-in">
      <form onSubmit={submit}>
        <h1>{texts.signIn}</h1>
        <p class="desk-quiet" id="token-hint">
          {texts.signInHint}
        </p>
        <div class="kf-field">
          <label for="token">{texts.token}</label>
          <input
            ref={field}
            id="token"
            type="password"
            autocomplete="off"
            spellcheck={false}
            aria-describedby="token-hint token-error"
            aria-invalid={error !== ""}
          />
        </div>
        <p class="kf-field-error" id="token-error" role="alert">
          {error}
        </p>
        <div class="desk-row">
          <button type="submit" class="kf-button kf-primary" disabled={busy}>
            {texts.signInButton}
          </button>
          <LanguageButton language={language} words={texts.switchLanguage} onPress={onLanguage} />
        </div>
      </form>
    </div>
  );
}
