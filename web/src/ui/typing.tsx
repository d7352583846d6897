/** The bot is at work: dots at once, words once it takes longer than people expect. */

import { useEffect, useState } from "preact/hooks";
import { useReading } from "./context";

const PROGRESS_AFTER_MS = 2_000;
const LONG_AFTER_MS = 8_000;

export function Typing() {
  const { texts } = useReading();
  const [step, setStep] = useState(0);
  useEffect(() => {
    const timers = [setTimeout(() => setStep(1), PROGRESS_AFTER_MS), setTimeout(() => setStep(2), LONG_AFTER_MS)];
    return () => timers.forEach(clearTimeout);
  }, []);
  const words = [texts.typing, texts.progress, texts.progressLong][step];
  return (
    <li class="kf-message kf-bot kf-typing">
      <div class="kf-bubble">
        <span class="kf-dots" aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
        <span class={step === 0 ? "kf-hidden" : ""}>{words}</span>
      </div>
    </li>
  );
}
