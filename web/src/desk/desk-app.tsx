/** The staff page: the door, then the bar at the top and the chosen section below. */

import { useEffect, useMemo, useState } from "preact/hooks";
import { deskTexts } from "../text/desk-texts";
import { inLanguage, LANGUAGE_TAG, OTHER_LANGUAGE, preferredLanguage } from "../text/language";
import { Icon } from "../ui/icons";
import { LanguageButton } from "../ui/language-button";
import { useStore } from "../ui/context";
import { StaffApi } from "../wire/staff-api";
import type { Language, StaffMember } from "../wire/types";
import { everySecond } from "./beat";
import { DeskContext, hrefOf, type Route, useDesk, useRoute } from "./context";
import { ConversationList } from "./conversation-list";
import { ConversationView } from "./conversation-view";
import { DeskStore, type Section } from "./desk-store";
import { DetailsPane } from "./details-pane";
import type { DeskMemory } from "./memory";
import { waitsFor } from "./queue";
import { ring } from "./ring";
import { SignIn } from "./sign-in";
import { Tickets } from "./tickets";
import { UnansweredList } from "./unanswered";

interface SignedIn {
  store: DeskStore;
  me: StaffMember;
}

export function DeskApp({ memory }: { memory: DeskMemory }) {
  const [language, setLanguage] = useState<Language>(memory.language || preferredLanguage());
  const [session, setSession] = useState<SignedIn | null>(null);
  const [notice, setNotice] = useState("");
  const [trying, setTrying] = useState(memory.token !== "");
  const texts = deskTexts[language];
  const enter = async (token: string) => {
    const api = new StaffApi(token, new URL("..", location.href).href);
    const me = await api.me();
    memory.token = token;
    setNotice("");
    setSession({ store: new DeskStore(api, memory), me });
  };
  const leave = (why: string) => {
    memory.token = "";
    setNotice(why);
    setSession(null);
  };
  const switchLanguage = () => {
    const next = OTHER_LANGUAGE[language];
    memory.language = next;
    setLanguage(next);
  };
  useEffect(() => {
    document.documentElement.lang = LANGUAGE_TAG[language];
  }, [language]);
  useEffect(() => {
    if (memory.token)
      enter(memory.token)
        .catch(() => undefined)
        .finally(() => setTrying(false));
  }, []);
  if (session) return <SignedInDesk session={session} memory={memory} language={language} onLanguage={switchLanguage} onLeave={leave} />;
  if (trying) return <p class="desk-empty">{texts.loading}</p>;
  return <SignIn key={notice} texts={texts} language={language} notice={notice} onToken={enter} onLanguage={switchLanguage} />;
}

interface DeskProps {
  session: SignedIn;
  memory: DeskMemory;
  language: Language;
  onLanguage: () => void;
  onLeave: (why: string) => void;
}

function SignedInDesk({ session, memory, language, onLanguage, onLeave }: DeskProps) {
  const { store } = session;
  const state = useStore(store);
  const route = useRoute();
  const texts = deskTexts[language];
  const [sound, setSound] = useState(memory.sound);
  useEffect(() => {
    store.begin(session.me);
    return everySecond(() => void store.beat());
  }, [store]);
  useEffect(() => {
    const seenAgain = () => !document.hidden && store.refresh();
    document.addEventListener("visibilitychange", seenAgain);
    return () => document.removeEventListener("visibilitychange", seenAgain);
  }, [store]);
  useEffect(() => store.show(route.section, route.id), [route.section, route.id]);
  useEffect(() => {
    store.onWaiting = () => sound && store.state.available && ring();
  }, [sound]);
  useEffect(() => {
    if (state.signedOut) onLeave(texts.signedOutBy401);
  }, [state.signedOut]);
  const waiting = state.queue.items?.filter((item) => waitsFor(item, state.me?.name ?? "")).length ?? 0;
  useEffect(() => {
    document.title = (waiting ? texts.titleWaiting(waiting) : "") + texts.title;
  }, [waiting, language]);
  const desk = useMemo(() => ({ store, state, texts, language }), [state, language]);
  const toggleSound = () => {
    memory.sound = !sound;
    setSound(!sound);
  };
  const signOut = async () => {
    await store.setAvailable(false);
    onLeave("");
  };
  return (
    <DeskContext.Provider value={desk}>
      <div class="desk" data-section={route.section} data-open={route.id !== ""}>
        <TopBar route={route} waiting={waiting} sound={sound} onSound={toggleSound} onLanguage={onLanguage} onSignOut={signOut} />
        {!state.link && (
          <p class="kf-banner kf-banner-warn" role="alert">
            <Icon name="alert" size={16} /> {texts.offline}
          </p>
        )}
        <div class="desk-panes">
          {route.section === "conversations" && (
            <>
              <ConversationList />
              <ConversationView memory={memory} />
              <DetailsPane />
            </>
          )}
          {route.section === "tickets" && <Tickets id={route.id} />}
          {route.section === "unanswered" && <UnansweredList />}
        </div>
      </div>
    </DeskContext.Provider>
  );
}

interface TopBarProps {
  route: Route;
  waiting: number;
  sound: boolean;
  onSound: () => void;
  onLanguage: () => void;
  onSignOut: () => void;
}

const SECTIONS: Section[] = ["conversations", "tickets", "unanswered"];

function TopBar({ route, waiting, sound, onSound, onLanguage, onSignOut }: TopBarProps) {
  const { state, texts, language } = useDesk();
  const company = state.me?.company ?? "";
  const companyName = typeof company === "string" ? company : inLanguage(company, language, "");
  return (
    <header class="desk-bar">
      <div class="desk-brand">
        <h1>{texts.title}</h1>
        <span class="desk-quiet">{companyName}</span>
      </div>
      <nav aria-label={texts.sections}>
        {SECTIONS.map((section) => (
          <a key={section} href={hrefOf(section)} aria-current={route.section === section ? "page" : undefined}>
            {texts[section]}
            {section === "conversations" && waiting > 0 && <span class="desk-badge">{waiting}</span>}
          </a>
        ))}
      </nav>
      <p class="kf-hidden" role="status">
        {waiting ? texts.waitingCount(waiting) : ""}
      </p>
      <div class="desk-me">
        <Presence />
        <button type="button" class="kf-icon-button" aria-pressed={sound} aria-label={texts.sound} title={texts.sound} onClick={onSound}>
          <Icon name="bell" />
        </button>
        <LanguageButton language={language} words={texts.switchLanguage} onPress={onLanguage} />
        <button type="button" class="kf-button desk-sign-out" onClick={onSignOut}>
          {texts.signOut}
        </button>
      </div>
    </header>
  );
}

function Presence() {
  const { store, state, texts } = useDesk();
  return (
    <div class="desk-presence" title={texts.presenceHint}>
      <span class="desk-name">{state.me?.name}</span>
      <button
        type="button"
        role="switch"
        aria-checked={state.available}
        aria-label={`${texts.presence}: ${state.available ? texts.available : texts.away}`}
        onClick={() => void store.setAvailable(!state.available)}
      >
        <span class="desk-knob" aria-hidden="true" />
        {state.available ? texts.available : texts.away}
      </button>
    </div>
  );
}
