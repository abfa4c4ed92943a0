"""The command line's words: English where they are written, Russian on a machine that speaks Russian.

The language is OPENLINES_LANGUAGE (en, ru), else the locale's: LC_ALL, LC_MESSAGES, LANG, the first that is set.
"""

import os
import re
from collections.abc import Mapping
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from openlines.cli.ru import RUSSIAN
from openlines.config import LANGUAGE

# States of a channel.
STATES: Final = {"new": "not checked yet", "ok": "works", "broken": "does not work", "off": "switched off"}

_LOCALE: Final = ("LC_ALL", "LC_MESSAGES", "LANG")


def language(environ: Mapping[str, str] | None = None) -> str:
    """ "ru" or "en"."""
    environ = os.environ if environ is None else environ
    for name in (LANGUAGE, *_LOCALE):
        value = environ.get(name, "").strip().lower()
        if value:
            return "ru" if re.match(r"ru(ssian)?([_.@-]|$)", value) else "en"
    return "en"


def say(english: str, **params: Any) -> str:
    """A sentence in the machine's language, its `{holes}` filled in. A test finds sentences without Russian."""
    text = RUSSIAN.get(english, english) if language() == "ru" else english
    return text.format(**params) if params else text


def count(number: int, english: tuple[str, str], russian: tuple[str, str, str]) -> str:
    """A number with the form of the word that fits it."""
    if language() != "ru":
        return f"{number} {english[0 if number == 1 else 1]}"
    if number % 10 == 1 and number % 100 != 11:
        return f"{number} {russian[0]}"
    return f"{number} {russian[1 if 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14 else 2]}"


# What the library writes into its help by itself; it has no languages.
_FURNITURE: Final = (
    (re.compile(r"^Usage: ", re.MULTILINE), "Использование: "),
    (re.compile(r"^Options:$", re.MULTILINE), "Параметры:"),
    (re.compile(r"^Arguments:$", re.MULTILINE), "Аргументы:"),
    (re.compile(r"^Commands:$", re.MULTILINE), "Команды:"),
    (re.compile(r"Show this message and exit\."), "Показать эту справку и выйти."),
    (re.compile(r"\[required\]"), "[обязательно]"),
    (re.compile(r"\[default: "), "[по умолчанию: "),
    (re.compile(r"\[OPTIONS\]"), "[ПАРАМЕТРЫ]"),
    (re.compile(r"COMMAND \[ARGS\]\.\.\."), "КОМАНДА [АРГУМЕНТЫ]..."),
)


# How the library calls the values of options that may be repeated, or have bounds.
_TYPES: Final = re.compile(r"<(?:list\[(\w+)\]|(\w+) range)>(?P<room> *)")


def _furnished(text: str) -> str:
    text = _TYPES.sub(lambda found: f"<{found[1] or found[2]}>".ljust(len(found[0])), text)
    if language() == "ru":
        for english, russian in _FURNITURE:
            text = english.sub(russian, text)
    return text


class Command(TyperCommand):
    """A command whose help is all in one language."""

    def get_help(self, ctx: Any) -> str:
        return _furnished(super().get_help(ctx))


class Group(TyperGroup):
    """A group of commands likewise."""

    def get_help(self, ctx: Any) -> str:
        return _furnished(super().get_help(ctx))


def explain(*apps: typer.Typer) -> None:
    """Give every command its docstring as help, in the machine's language."""
    for each in apps:
        for command in each.registered_commands:
            command.help = say(_unwrapped((command.callback.__doc__ if command.callback else "") or ""))
            command.cls = Command


def _unwrapped(text: str) -> str:
    """A docstring as paragraphs of one line each."""
    return "\n\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))
