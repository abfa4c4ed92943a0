import type { SameKeys } from "../engine";
import type en from "./texts.en";

// Поля текстов на всех вкладках: что можно подставить и как это выглядит.
export default {
  insertValue: "Вставить значение",
  previewShow: "Как увидит клиент",
  previewHide: "Скрыть пример",
  previewSilent: "Ничего не отправится.",
  previewNowhere: "Ни один канал этой линии такой текст не отправляет.",
  previewFailed: "Не удалось показать пример. Попробуем снова при следующем изменении.",
  previewUnknown: "{value} ещё неизвестно, когда это отправляется.",
  previewParts: {
    one: "Длиннее {limit} знаков: может прийти не целиком.",
    few: "Длиннее {limit} знаков: придёт {count} частями.",
    many: "Длиннее {limit} знаков: придёт {count} частями.",
    other: "Длиннее {limit} знаков: придёт {count} частями.",
  },
  misspeltPlaceholder: "{value} ничего не значит. Может быть, {meant}?",
  unclosedPlaceholder: "«{value}» не закрыто. Чтобы показать скобку, напишите её дважды.",
  placeholder_portal: "ваша компания",
  placeholder_wait: "сколько примерно ждать",
  placeholder_answers_in: "за сколько обычно отвечают",
  placeholder_waited: "сколько клиент уже ждёт",
  placeholder_target: "целевое время ответа",
  placeholder_step: "процент целевого времени",
  placeholderHelp_customer: "Пусто, пока клиент не назвался.",
  placeholderHelp_opens_at: "«завтра в 9:00»; пусто, пока линия открыта.",
  placeholderHelp_position: "Пусто, когда уже отвечает оператор.",
  placeholderHelp_wait: "По недавним измерениям; пусто, пока данных мало.",
  placeholderHelp_answers_in: "По измерениям за сутки; пусто, пока данных мало.",
} satisfies SameKeys<typeof en>;
