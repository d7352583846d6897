/** One beat a second, also while the tab is hidden (by a worker; by a plain timer where workers are missing). */

import tickerUrl from "./ticker.ts?worker&url";

interface ScriptUrlPolicy {
  createScriptURL(url: string): string;
}
interface PolicyFactory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): ScriptUrlPolicy;
}

export function everySecond(beat: () => void): () => void {
  try {
    const worker = new Worker(trusted(tickerUrl), { type: "module" });
    worker.onmessage = beat;
    return () => worker.terminate();
  } catch {
    const timer = setInterval(beat, 1000);
    return () => clearInterval(timer);
  }
}

/** The page's policy (security-headers.json) lets scripts be named only through this one policy, for this one file. */
function trusted(url: string): string {
  const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
  if (!factory) return url;
  return factory.createPolicy("kefu-ticker", { createScriptURL: (given) => (given === tickerUrl ? given : "") }).createScriptURL(url);
}
