"""English, for the KPI page and its file."""

from typing import Final

WORDS: Final = {
    "bad_period": "The first day lies before the last, and a period has {most} days at most.",
    "fact.kpi_step": "{step} % of the time for the answer have passed",
    # the file
    "kpi.conversation": "Conversation",
    "kpi.line": "Line",
    "kpi.kind": "Answer",
    "kpi.first": "first",
    "kpi.further": "further",
    "kpi.started": "Waiting since",
    "kpi.target": "Target, s",
    "kpi.due": "Due",
    "kpi.ended": "Ended",
    "kpi.seconds": "Seconds",
    "kpi.outcome": "Outcome",
    "kpi.met": "in time",
    "kpi.breached": "late",
    "kpi.closed": "without an answer",
    "kpi.running": "owed",
    "kpi.operator": "Operator",
    "kpi.answered_by": "Answered by",
}
