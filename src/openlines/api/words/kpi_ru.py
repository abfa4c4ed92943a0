"""Russian, for the KPI page and its file."""

from typing import Final

WORDS: Final = {
    "bad_period": "Первый день должен быть не позже последнего, а дней в периоде не больше {most}.",
    "fact.kpi_step": "Прошло {step} % времени на ответ",
    # the file
    "kpi.conversation": "Обращение",
    "kpi.line": "Линия",
    "kpi.kind": "Ответ",
    "kpi.first": "первый",
    "kpi.further": "следующий",
    "kpi.started": "Ждёт с",
    "kpi.target": "Цель, с",
    "kpi.due": "Срок",
    "kpi.ended": "Конец",
    "kpi.seconds": "Секунды",
    "kpi.outcome": "Итог",
    "kpi.met": "вовремя",
    "kpi.breached": "с опозданием",
    "kpi.closed": "без ответа",
    "kpi.running": "ждёт ответа",
    "kpi.operator": "Оператор",
    "kpi.answered_by": "Ответил",
}
