import type { SameKeys } from "../engine";
import type en from "./consent.en";

// Согласие и анкета: l_ название, h_ пояснение, o_ значение, oh_ пояснение значения, z_ что значит ноль.
export default {
  l_consent_text: "Согласие",
  l_consent_url: "Ссылка согласия",
  consentHeading: "Согласие",
  formHeading: "Анкета перед чатом",
  h_consent_text: "Говорится при первом обращении. Пусто: согласия не просят.",
  h_consent_url: "Страница с полным текстом.",
  l_consent_kind: "Как его дают",
  h_consent_kind: "Что считать согласием",
  o_consent_kind_notice: "продолжая писать",
  o_consent_kind_agree: "нажав «согласен»",
  l_form: "Анкета",
  h_form: "Вопросы посетителю сайта",
  o_form_off: "нет",
  o_form_before: "до первого сообщения",
  o_form_after: "после первого сообщения",
  l_form_fields: "Вопросы",
  h_form_fields: "Имя, контакты, выбор: до двенадцати.",
} satisfies SameKeys<typeof en>;
