/**
 * How heavy the first visit is: the widget's loader and frame, and the workspace's first page, gzipped.
 * Over the budget is an error. `--json` prints the sizes for programs.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const BUILT = new URL("../../src/openlines/web/", import.meta.url);
const BUDGET = { widget_loader_gz: 5_000, widget_frame_gz: 25_000, workspace_first_gz: 300_000 };

const gzipped = (path) => gzipSync(readFileSync(new URL(path, BUILT)), { level: 9 }).length;

/** The page and every script and style sheet that its HTML asks for (a lazy chunk is not among them). */
function firstVisit(page, base) {
  const html = readFileSync(new URL(page, BUILT), "utf8");
  const folder = page.slice(0, page.lastIndexOf("/") + 1);
  const wanted = [...html.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map((match) => match[1]);
  const foreign = wanted.filter((path) => !path.startsWith(base));
  if (foreign.length) throw new Error(`${page} asks for what is not ours: ${foreign.join(", ")}`);
  return gzipped(page) + wanted.reduce((sum, path) => sum + gzipped(folder + path.slice(base.length)), 0);
}

const sizes = {
  widget_loader_gz: gzipped("widget/widget.js"),
  widget_frame_gz: firstVisit("widget/frame.html", "/widget/"),
  workspace_first_gz: firstVisit("workspace/index.html", "/"),
};

if (process.argv.includes("--json")) {
  console.log(JSON.stringify(sizes));
} else {
  const over = [];
  for (const [name, size] of Object.entries(sizes)) {
    console.log(`${name.padEnd(20)} ${String(size).padStart(7)} of ${BUDGET[name]} bytes`);
    if (size >= BUDGET[name]) over.push(name);
  }
  if (over.length) {
    console.error(`Over the budget in ${fileURLToPath(BUILT)}: ${over.join(", ")}`);
    process.exit(1);
  }
}
