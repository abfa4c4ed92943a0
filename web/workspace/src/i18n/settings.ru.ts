import type { SameKeys } from "./engine";
import type en from "./settings.en";

export default {
  title: "Настройки",
} satisfies SameKeys<typeof en>;
