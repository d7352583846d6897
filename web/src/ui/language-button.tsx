/** Changes to the other language; it names that language in its own words. */

import { LANGUAGE_TAG, OTHER_LANGUAGE } from "../text/language";
import type { Language } from "../wire/types";

export function LanguageButton({ language, words, onPress }: { language: Language; words: string; onPress: () => void }) {
  return (
    <button type="button" class="kf-language" lang={LANGUAGE_TAG[OTHER_LANGUAGE[language]]} onClick={onPress}>
      {words}
    </button>
  );
}
