/** Fails when a built file has outgrown its limit (gzip, level 9): the widget is 30 KB, by architecture.md. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const KB = 1024;
const DIST = join(import.meta.dirname, "..", "dist");
const LIMITS = [
  { what: "widget.js", files: ["widget.js"], limit: 30 * KB },
  { what: "assets (both pages)", files: readdirSync(join(DIST, "assets")).map((name) => join("assets", name)), limit: 60 * KB },
];

let failed = false;
for (const { what, files, limit } of LIMITS) {
  const size = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length, 0);
  failed ||= size > limit;
  process.stdout.write(`${what}: ${(size / KB).toFixed(1)} KB gzipped of ${limit / KB}${size > limit ? "  TOO LARGE" : ""}\n`);
}
process.exitCode = failed ? 1 : 0;
