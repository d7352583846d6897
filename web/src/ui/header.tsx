/** Who one is talking to, and the few things one can do with a conversation as a whole. */

import type { ChatTexts } from "../text/chat-texts";
import type { Language } from "../wire/types";
import { Icon } from "./icons";
import { LanguageButton } from "./language-button";

interface HeaderProps {
  texts: ChatTexts;
  language: Language;
  companyName: string;
  asHeading: boolean;
  hasConversation: boolean;
  onNew: () => void;
  onLanguage: () => void;
  onClose: (() => void) | undefined;
}

export function Header({ texts, language, companyName, asHeading, hasConversation, onNew, onLanguage, onClose }: HeaderProps) {
  const Name = asHeading ? "h1" : "h2";
  return (
    <header class="kf-header">
      <span class="kf-monogram" aria-hidden="true">
        {[...companyName][0] ?? ""}
      </span>
      <div class="kf-titles">
        <Name>{companyName || texts.assistant}</Name>
        <p>{texts.subtitle}</p>
      </div>
      <div class="kf-actions">
        {hasConversation && (
          <button type="button" class="kf-icon-button" aria-label={texts.newConversation} title={texts.newConversation} onClick={onNew}>
            <Icon name="plus" />
          </button>
        )}
        <LanguageButton language={language} words={texts.switchLanguage} onPress={onLanguage} />
        {onClose && (
          <button type="button" class="kf-icon-button" aria-label={texts.closeChat} title={texts.closeChat} onClick={onClose}>
            <Icon name="down" />
          </button>
        )}
      </div>
    </header>
  );
}
