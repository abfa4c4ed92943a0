"""The log: one line per fact, JSON for machines or colours for a terminal, never a secret.

What looks like a secret is replaced before anything is written: values under telling names, and tokens of the
shapes that we and the vendors use, wherever they stand in a text or a traceback.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

HIDDEN = "•••"

_SECRET_NAMES = re.compile(r"passw|secret|token|authorization|cookie|api_key|private", re.IGNORECASE)
_SECRET_SHAPES = re.compile(
    r"ol[tvs]_[A-Za-z0-9_-]{16,}(?:\.[A-Za-z0-9_-]+)?"  # ours: program, visitor, session
    r"|ols1_[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"  # a visitor for whom his site vouched
    r"|(?<!\d)\d{5,}:[A-Za-z0-9_-]{30,}"  # a Telegram bot's token, also inside its addresses
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"  # a JWT
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"  # user and password in an address
    r"|(?<=[?&]token=)[^&\s\"']+"
)

Event = MutableMapping[str, Any]


def scrub(value: Any) -> Any:
    """The same value without anything that looks like a secret."""
    if isinstance(value, str):
        return _SECRET_SHAPES.sub(HIDDEN, value)
    if isinstance(value, dict):
        return {key: HIDDEN if _SECRET_NAMES.search(str(key)) else scrub(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [scrub(each) for each in value]
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return value


def _scrubbed(_logger: Any, _method: str, event: Event) -> Event:
    for key, value in event.items():
        event[key] = HIDDEN if key != "event" and _SECRET_NAMES.search(key) and value else scrub(value)
    return event


_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _on_one_line(_logger: Any, _method: str, event: Event) -> Event:
    """For a terminal, where a stranger's line break would begin a line of its own, and his escapes would be obeyed."""
    for key, value in event.items():
        if isinstance(value, str) and key not in {"exception", "stack"}:
            event[key] = _CONTROL.sub(lambda found: repr(found[0])[1:-1], value.rstrip())
    return event


def set_up(form: str = "auto", level: str = "info") -> None:
    """Send structlog and the standard library's log to stderr in one form: "json", "console" or "auto"."""
    if form == "auto":
        form = "console" if sys.stderr.isatty() else "json"
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
    ]
    structlog.configure(
        processors=[*shared[:-1], structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: list[Any] = (
        [structlog.processors.format_exc_info, _scrubbed, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if form == "json"
        else [
            structlog.processors.format_exc_info,
            _scrubbed,
            _on_one_line,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ]
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Addresses of requests carry tokens of vendors and visitors; what matters of a request is counted, not logged.
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name != "uvicorn.access"
    for name in ("uvicorn.error", "alembic"):
        logging.getLogger(name).setLevel("WARNING")
    # Why a server does not start is said once, by the command line.
    logging.getLogger("uvicorn.error").addFilter(_not_of_the_start)


def _not_of_the_start(record: logging.LogRecord) -> bool:
    return record.msg != "Application startup failed. Exiting."


def logger(name: str) -> Any:
    """A logger whose calls are `log.info("what happened", key=value)`."""
    return structlog.get_logger(name)
