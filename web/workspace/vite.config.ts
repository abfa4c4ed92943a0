import { fileURLToPath } from "node:url";

import ui from "@nuxt/ui/vite";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Where `npm run dev` finds the server (`openlines serve`, or a stand-in).
const SERVER = process.env["OPENLINES_SERVER"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  base: "/",
  plugins: [
    vue(),
    ui({
      // Components of the library are known by name in templates; everything else is imported by hand.
      components: { dirs: [], dts: here(".generated/components.d.ts") },
      autoImport: false,
      // Icons named in our sources (`i-lucide-…`) travel with the page; see build/icons.ts.
      icon: { clientBundle: { scan: { globInclude: ["src/**/*.{vue,ts}"], globExclude: [] } } },
      ui: { colors: { primary: "blue", neutral: "slate" } },
      // The theme is ours (src/app/theme.ts).
      colorMode: false,
    }),
  ],
  resolve: {
    alias: [
      { find: "@", replacement: here("src") },
      { find: /^@iconify\/vue$/, replacement: here("build/icons.ts") },
    ],
  },
  server: {
    proxy: { "/api": { target: SERVER, ws: true }, "^/(widget|widget\\.js|chat|try)\\b": SERVER },
  },
  build: {
    outDir: here("../../src/openlines/web/workspace"),
    // On a slow machine the bundler tells a newcomer at length which plugin took how long.
    rolldownOptions: { checks: { bundlerTimings: false } },
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
});
