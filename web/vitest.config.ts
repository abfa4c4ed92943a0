import { fileURLToPath } from "node:url";

import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  test: {
    passWithNoTests: true,
    projects: [
      // The client must run where there is no browser at all.
      { test: { name: "client", root: here("client"), environment: "node" } },
      {
        oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
        test: { name: "widget", root: here("widget"), environment: "happy-dom" },
      },
      {
        plugins: [vue()],
        resolve: { alias: { "@": here("workspace/src") } },
        test: { name: "workspace", root: here("workspace"), environment: "happy-dom" },
      },
    ],
  },
});
