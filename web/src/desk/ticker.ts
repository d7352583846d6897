/** A worker that counts seconds: browsers slow the timers of a hidden tab down, and presence must not flap for that. */

setInterval(() => postMessage(0), 1000);

export {};
