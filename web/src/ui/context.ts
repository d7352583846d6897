/** What every component below a conversation needs: words, language, and what a reader may do. */

import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { ChatTexts } from "../text/chat-texts";
import type { Citation, Language } from "../wire/types";

export interface Reading {
  texts: ChatTexts;
  language: Language;
  /** Staff see the customer's messages with a name on them. */
  viewer: "customer" | "staff";
  openSource(citation: Citation): void;
}

export const ReadingContext = createContext<Reading | null>(null);

export function useReading(): Reading {
  const reading = useContext(ReadingContext);
  if (!reading) throw new Error("a message is rendered outside a conversation");
  return reading;
}

export interface Subscribable<S> {
  state: S;
  subscribe(listener: () => void): () => void;
}

/** The store's state, re-read whenever it changes. */
export function useStore<S>(store: Subscribable<S>): S {
  const [state, setState] = useState(store.state);
  useEffect(() => {
    setState(store.state);
    return store.subscribe(() => setState(store.state));
  }, [store]);
  return state;
}
