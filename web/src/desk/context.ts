/** What the staff page's parts share. */

import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { DeskTexts } from "../text/desk-texts";
import type { Language } from "../wire/types";
import type { DeskState, DeskStore, Section } from "./desk-store";

export interface Desk {
  store: DeskStore;
  state: DeskState;
  texts: DeskTexts;
  language: Language;
}

export const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("a part of the desk is rendered outside it");
  return desk;
}

export interface Route {
  section: Section;
  id: string;
}

const SECTIONS: Section[] = ["conversations", "tickets", "unanswered"];

/** `#/tickets/ID`: what is open is in the address, so that reload and the back button keep it. */
export function routeOf(hash: string): Route {
  const [name = "", id = ""] = hash.replace(/^#\/?/, "").split("/");
  const section = SECTIONS.find((known) => known === name) ?? "conversations";
  return { section, id: decoded(id) };
}

export function hrefOf(section: Section, id = ""): string {
  return id ? `#/${section}/${encodeURIComponent(id)}` : `#/${section}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  useEffect(() => {
    const follow = () => setRoute(routeOf(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}

/** The time, again every `everyMs`: for durations that grow. */
export function useNow(everyMs = 5000): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
