/** Which of the two languages a visitor reads. */

import type { ByLanguage, Language } from "../wire/types";

/** The first of the browser's languages that we speak; English for the rest of the world. */
export function preferredLanguage(browser: readonly string[] = navigator.languages): Language {
  for (const tag of browser) {
    const primary = tag.toLowerCase().split("-")[0];
    if (primary === "zh" || primary === "yue") return "zh";
    if (primary === "en") return "en";
  }
  return "en";
}

/** The text in `language`, or in whichever language there is. */
export function inLanguage<T>(texts: ByLanguage<T> | undefined, language: Language, fallback: T): T {
  return texts?.[language] ?? texts?.zh ?? texts?.en ?? fallback;
}

export const OTHER_LANGUAGE: Record<Language, Language> = { zh: "en", en: "zh" };

export const LANGUAGE_TAG: Record<Language, string> = { zh: "zh-CN", en: "en" };

/** "14:05" today, with the date on other days, in the reader's own time zone, which `zone` names. */
export function momentText(iso: string, language: Language, now: Date = new Date(), zone = false): string {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return "";
  const isToday = moment.toDateString() === now.toDateString();
  const date: Intl.DateTimeFormatOptions = isToday ? {} : { month: "short", day: "numeric" };
  return new Intl.DateTimeFormat(LANGUAGE_TAG[language], { ...date, hour: "2-digit", minute: "2-digit", hour12: false, ...(zone ? { timeZoneName: "short" } : {}) }).format(moment);
}

/** A language's name in the reader's language: "ja" -> 日语. */
export function languageName(tag: string, language: Language): string {
  try {
    return new Intl.DisplayNames([LANGUAGE_TAG[language]], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
