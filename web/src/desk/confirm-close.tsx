/** Closing cannot be undone by the customer, so it is asked first. */

import { useEffect, useRef } from "preact/hooks";
import { useDesk } from "./context";

export function ConfirmClose({ onClose, onCancel }: { onClose: () => void; onCancel: () => void }) {
  const { texts } = useDesk();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal?.(), []);
  return (
    <dialog ref={dialog} class="desk-dialog" aria-labelledby="close-title" aria-describedby="close-text" onCancel={onCancel}>
      <h2 id="close-title">{texts.closeAsk}</h2>
      <p id="close-text">{texts.closeExplain}</p>
      <div class="desk-row">
        <button type="button" class="kf-button" onClick={onCancel}>
          {texts.cancel}
        </button>
        <button type="button" class="kf-button desk-danger" onClick={onClose}>
          {texts.closeConfirm}
        </button>
      </div>
    </dialog>
  );
}
