/** The pages: `/` and `/desk/`. The widget is a build of its own (vite.widget.config.ts). */

import { defineConfig } from "vite";

export default defineConfig({
  // Relative addresses: a stage of API Gateway stands below a path.
  base: "./",
  build: {
    target: "es2022",
    // A strict policy allows no data: script or style, so nothing is put inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: { index: "index.html", desk: "desk/index.html" } },
  },
});
