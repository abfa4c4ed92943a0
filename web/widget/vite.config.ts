import { fileURLToPath } from "node:url";

import { defineConfig, type BuildOptions, type Plugin } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Two outputs. The loader goes into other people's pages, so it is one classic script under a fixed
// name that leaves nothing behind in their global scope; the frame is a page of ours.
const loader: BuildOptions = {
  emptyOutDir: false,
  copyPublicDir: false,
  // What a browser cannot read it reports as an error of the page: the loader speaks to older ones too.
  target: "es2020",
  lib: { entry: here("src/loader.ts"), formats: ["iife"], name: "openlinesLoader", fileName: () => "widget.js" },
};
const frame: BuildOptions = {
  emptyOutDir: true,
  modulePreload: false,
  rollupOptions: { input: here("frame.html") },
};

/**
 * The parts that come later have no style sheets and no parts of their own, so there is nothing to fetch
 * before them: what Vite puts around every `import()` for that weighs a kilobyte.
 */
const bareImports: Plugin = {
  name: "bare-imports",
  enforce: "pre",
  load: (id) => (id.endsWith("vite/preload-helper.js") ? "export const __vitePreload = (load) => load();" : null),
};

export default defineConfig(({ mode }) => ({
  // The frame's files are served under /widget/, wherever the page itself is (/widget/frame, /chat/…).
  base: "/widget/",
  plugins: [bareImports],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: here("../../src/openlines/web/widget"),
    target: "es2022",
    // Browsers since 2023; without it every system font and colour scheme is spelled out for older ones.
    cssTarget: ["chrome111", "firefox113", "safari16.4"],
    reportCompressedSize: false,
    assetsInlineLimit: 0,
    ...(mode === "loader" ? loader : frame),
  },
}));
