/** Messages to a customer who has gone silent: bounds, and what a new one says to begin with. */
import type { InactivityButton, InactivityMessage } from "../types";

export const MESSAGES_MOST = 10;
export const BUTTONS_MOST = 3;
export const CAPTION_LIMIT = 40;
export const AFTER = [60, 2_678_400] as const;
export const AFTER_PRESETS = [600, 1_800, 3_600, 14_400, 86_400] as const;
export const ACTIONS = ["continue", "close", "new"] as const;

const CAPTIONS: Record<InactivityButton["action"], InactivityButton["caption"]> = {
  continue: { ru: "Да, я здесь", en: "Yes, I am here" },
  close: { ru: "Вопрос решён", en: "All is settled" },
  new: { ru: "Другой вопрос", en: "Another question" },
};

const REPLIES: Record<InactivityButton["action"], InactivityButton["reply"]> = {
  continue: { ru: "Хорошо, мы на связи.", en: "Good, we are here." },
  close: {},
  new: { ru: "Напишите свой вопрос.", en: "Please write your question." },
};

const LAST_CALL: InactivityMessage["text"] = {
  ru: "Если вопросов не осталось, скоро завершим этот разговор. Понадобимся — просто напишите.",
  en: "If all is settled, we will close this conversation soon. If you need us, just write here.",
};

/** A button that does what none of the others does. */
export function newButton(others: readonly InactivityButton[]): InactivityButton {
  const action = ACTIONS.find((one) => !others.some((other) => other.action === one)) ?? "continue";
  return { action, caption: { ...CAPTIONS[action] }, reply: { ...REPLIES[action] } };
}

/** The next message: later than the one before, at one of the usual times where there is one. */
export function newMessage(before: readonly InactivityMessage[]): InactivityMessage {
  const last = before.at(-1)?.after ?? 0;
  const after = AFTER_PRESETS.find((one) => one > last) ?? Math.min(last + 86_400, AFTER[1]);
  const first = newButton([]);
  if (before.length) return { after, text: { ...LAST_CALL }, buttons: [] };
  return {
    after,
    text: {
      ru: "{customer}, остались ли у вас вопросы? Мы ещё здесь.",
      en: "{customer}, do you have any other questions? We are still here.",
    },
    buttons: [first, newButton([first])],
  };
}
