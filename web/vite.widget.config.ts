/** The widget: one classic script with its style sheet inside, added to web/dist beside the pages. */

import { defineConfig } from "vite";

export default defineConfig({
  publicDir: false,
  build: {
    target: "es2022",
    emptyOutDir: false,
    lib: { entry: "src/widget.tsx", formats: ["iife"], name: "KefuWidget", fileName: () => "widget.js" },
  },
});
