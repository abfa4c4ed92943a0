import type { Key } from "@/i18n";

import type { LineDraft } from "../logic/changes";
import { TEXT_LIMIT } from "../logic/defaults";
import { placeholderFault } from "../logic/placeholders";
import { exceptionFaults, weekFaults } from "../logic/week";
import { CHOICES } from "./choices";
import { type Tab, tabOf } from "./settingRows";
import { TEXT_NAMES } from "./suggestions";

export interface LineFault {
  tab: Tab;
  key: Key;
}

/** The first thing that stands in the way of saving and that the page can see by itself; the server has the last word. */
export function lineFault(draft: LineDraft): LineFault | null {
  const { settings } = draft;
  if (!draft.name.trim()) return { tab: "queue", key: "settings.fault_name" };
  if (Object.keys(weekFaults(settings.week)).length) return { tab: "hours", key: "settings.fault_week" };
  if (Object.keys(exceptionFaults(settings.exceptions)).length)
    return { tab: "hours", key: "settings.fault_exceptions" };
  for (const name of TEXT_NAMES) {
    for (const text of Object.values(settings[name])) {
      if ([...(text ?? "")].length > TEXT_LIMIT) return { tab: tabOf(name) ?? "automatic", key: "settings.fault_long" };
      if (placeholderFault(text ?? "")) return { tab: tabOf(name) ?? "automatic", key: "settings.fault_placeholder" };
    }
  }
  const collects = settings.hours_on && settings.off_hours === "collect";
  if (collects && !settings.off_hours_text.ru && !settings.off_hours_text.en) {
    return { tab: "hours", key: "settings.fault_collectText" };
  }
  const needsText = settings.no_answer_action === CHOICES.no_answer_action[1];
  if (needsText && !settings.no_answer_text.ru && !settings.no_answer_text.en) {
    return { tab: "automatic", key: "settings.fault_noAnswerText" };
  }
  return null;
}
