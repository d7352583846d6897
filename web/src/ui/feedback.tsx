/** Thumbs under an answer, with an optional comment. What is shown as given was saved by the server. */

import { useRef, useState } from "preact/hooks";
import type { Feedback } from "../wire/types";
import { useReading } from "./context";
import { Icon } from "./icons";

export type Rate = (helpful: boolean, comment?: string) => Promise<void>;
type Step = "ask" | "comment" | "done";

export function FeedbackBar({ feedback, rate }: { feedback: Feedback | null; rate: Rate }) {
  const { texts } = useReading();
  const [step, setStep] = useState<Step>(feedback ? "done" : "ask");
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);
  const save = async (helpful: boolean, comment: string | undefined, next: Step) => {
    setBusy(true);
    setFailed(false);
    try {
      await rate(helpful, comment);
      setStep(next);
    } catch {
      setFailed(true);
    } finally {
      setBusy(false);
    }
  };
  const press = (helpful: boolean) => {
    if (feedback?.helpful !== helpful) return void save(helpful, undefined, "comment");
    // Saved already: what a second press can want is to say more, or to say it otherwise.
    setFailed(false);
    setStep("comment");
  };
  return (
    <div class="kf-feedback" role="group" aria-label={texts.helpfulQuestion}>
      <Thumb up pressed={feedback?.helpful === true} busy={busy} onPress={() => press(true)} />
      <Thumb up={false} pressed={feedback?.helpful === false} busy={busy} onPress={() => press(false)} />
      <span role="status" class="kf-feedback-note">
        {failed ? texts.feedbackFailed : feedback && step !== "ask" ? texts.thanks : ""}
      </span>
      {feedback && step === "comment" && (
        <CommentForm
          feedback={feedback}
          busy={busy}
          onSend={(comment) => save(feedback.helpful, comment, "done")}
          onSkip={() => setStep("done")}
        />
      )}
    </div>
  );
}

interface ThumbProps {
  up: boolean;
  pressed: boolean;
  busy: boolean;
  onPress: () => void;
}

function Thumb({ up, pressed, busy, onPress }: ThumbProps) {
  const { texts } = useReading();
  const label = up ? texts.helpful : texts.unhelpful;
  return (
    <button type="button" class="kf-thumb" aria-pressed={pressed} aria-label={label} title={label} disabled={busy} onClick={onPress}>
      <Icon name={up ? "up" : "downThumb"} size={18} />
    </button>
  );
}

interface CommentProps {
  feedback: Feedback;
  busy: boolean;
  onSend: (comment: string) => void;
  onSkip: () => void;
}

function CommentForm({ feedback, busy, onSend, onSkip }: CommentProps) {
  const { texts } = useReading();
  const field = useRef<HTMLTextAreaElement>(null);
  const label = feedback.helpful ? texts.commentAskGood : texts.commentAskBad;
  const submit = (event: Event) => {
    event.preventDefault();
    const comment = field.current?.value.trim() ?? "";
    if (comment === feedback.comment) onSkip();
    else onSend(comment);
  };
  return (
    <form class="kf-comment" onSubmit={submit}>
      <textarea ref={field} rows={2} maxLength={1000} aria-label={label} placeholder={label} defaultValue={feedback.comment} />
      <div>
        <button type="submit" class="kf-button kf-primary" disabled={busy}>
          {texts.commentSend}
        </button>
        <button type="button" class="kf-button" onClick={onSkip}>
          {texts.commentSkip}
        </button>
      </div>
    </form>
  );
}
