import type { SameKeys } from "./engine";
import type en from "./facts.en";

export default {
  title: "Обращения",
} satisfies SameKeys<typeof en>;
