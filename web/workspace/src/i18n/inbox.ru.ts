import type { SameKeys } from "./engine";
import type en from "./inbox.en";

export default {
  title: "Обращения",
} satisfies SameKeys<typeof en>;
