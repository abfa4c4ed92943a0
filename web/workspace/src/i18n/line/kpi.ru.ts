import type { SameKeys } from "../engine";
import type en from "./kpi.en";

// Время ответа: l_ название, h_ пояснение, o_ значение, oh_ пояснение значения, z_ что значит ноль.
export default {
  responseTargets: "Время ответа (KPI)",
  l_kpi_first: "Первый ответ за",
  h_kpi_first: "Счётчик в списке желтеет, потом краснеет по мере того, как время выходит.",
  z_kpi_first: "без цели",
  l_kpi_further: "Следующие ответы за",
  h_kpi_further: "От первых неотвеченных слов клиента.",
  z_kpi_further: "без цели",
  l_kpi_clock: "Часы KPI",
  h_kpi_clock: "Идёт ли время, когда линия закрыта",
  o_kpi_clock_calendar: "круглосуточно",
  o_kpi_clock_hours: "только рабочее время",
  l_kpi_from: "Первый ответ считать от",
  h_kpi_from: "Разница есть, когда сначала ведёт бот",
  o_kpi_from_responsible: "передачи людям",
  o_kpi_from_words: "первых слов клиента",
  l_kpi_first_notice: "Первый ответ: сообщать об опоздании",
  h_kpi_first_notice: "Кто узнаёт, когда и как.",
  l_kpi_further_notice: "Следующие ответы: сообщать об опоздании",
  h_kpi_further_notice: "Кто узнаёт, когда и как.",
} satisfies SameKeys<typeof en>;
