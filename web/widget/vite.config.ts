import { fileURLToPath } from "node:url";

import { defineConfig, type BuildOptions } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Two outputs. The loader goes into other people's pages, so it is one classic script under a fixed
// name that leaves nothing behind in their global scope; the frame is a page of ours.
const loader: BuildOptions = {
  emptyOutDir: false,
  copyPublicDir: false,
  lib: { entry: here("src/loader.ts"), formats: ["iife"], name: "openlinesLoader", fileName: () => "widget.js" },
};
const frame: BuildOptions = {
  emptyOutDir: true,
  modulePreload: { polyfill: false },
  rollupOptions: { input: here("frame.html") },
};

export default defineConfig(({ mode }) => ({
  // The frame's files are served under /widget/, wherever the page itself is (/widget/frame, /chat/…).
  base: "/widget/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: here("../../src/openlines/web/widget"),
    target: "es2020",
    reportCompressedSize: false,
    assetsInlineLimit: 0,
    ...(mode === "loader" ? loader : frame),
  },
}));
