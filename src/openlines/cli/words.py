"""The command line's words: English where they are written, Russian on a machine that speaks Russian.

The language is OPENLINES_LANGUAGE (en, ru), else the locale's: LC_ALL, LC_MESSAGES, LANG, the first that is set.
"""

import io
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, cast

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


# What the library says of a command line that is wrong. The quoted words are of whoever typed it.
_MISTAKES: Final = (
    (re.compile(r"^Usage: ", re.MULTILINE), "Использование: "),
    (re.compile(r"\[OPTIONS\]"), "[ПАРАМЕТРЫ]"),
    (re.compile(r"COMMAND \[ARGS\]\.\.\."), "КОМАНДА [АРГУМЕНТЫ]..."),
    (re.compile(r"^Try '(.+)' for help\.$", re.MULTILINE), r"Справка: \1"),
    (re.compile(r"^Error: ", re.MULTILINE), "Ошибка: "),
    (re.compile(r"No such option: (\S+)"), r"Нет такого параметра: \1"),
    (re.compile(r"\(Possible options: (.+)\)"), r"(есть похожие: \1)"),
    (re.compile(r"No such command '(.*?)'\.?"), r"Нет такой команды: «\1»."),
    (re.compile(r" Did you mean (.+)\?$", re.MULTILINE), r" Может быть, \1?"),
    (re.compile(r"Missing option '(.+?)'\."), r"Не хватает параметра \1."),
    (re.compile(r"Missing argument '(.+?)'\."), r"Не хватает аргумента \1."),
    (re.compile(r"Missing command\."), "Не хватает команды."),
    (re.compile(r"Option '(.+?)' requires an argument\."), r"Параметру \1 нужно значение."),
    (re.compile(r"Option '(.+?)' requires (\d+) arguments\."), r"Значений параметра \1 должно быть \2."),
    (re.compile(r"Option '(.+?)' does not take a value\."), r"У параметра \1 значения нет."),
    (re.compile(r"Argument '(.+?)' takes (\d+) values\."), r"Значений аргумента \1 должно быть \2."),
    (re.compile(r"Got unexpected extra argument\(s\) \((.+)\)"), r"Лишнее: \1"),
    (re.compile(r"Invalid value for '(.+?)': "), r"Значение \1 не подходит: "),
    (re.compile(r"Invalid value: "), "Значение не подходит: "),
    (re.compile(r"Input should be a valid integer.*"), "нужно целое число."),
    (re.compile(r"Input should be a valid number.*"), "нужно число."),
    (re.compile(r"Input should be greater than or equal to (\S+)"), r"не меньше \1."),
    (re.compile(r"Input should be less than or equal to (\S+)"), r"не больше \1."),
    (re.compile(r"'(.*?)' is not one of (.+)\."), r"«\1» — не из этих: \2."),
    (re.compile(r"(?:File|Directory|Path) '(.*?)' does not exist\."), r"нет такого пути: «\1»."),
    (re.compile(r"(?:File|Directory|Path) '(.*?)' is not readable\."), r"«\1» не читается."),
    (re.compile(r"(?:File|Path) '(.*?)' is a directory\."), r"«\1» — это папка."),
)
# The library tells mistakes in a command line by this class; it has no public name.
_Mistake: Final = cast(type[Exception], typer.BadParameter.__base__)


@contextmanager
def told_in_our_words() -> Iterator[None]:
    """Mistakes of whoever typed the command are shown in the machine's language."""
    try:
        yield
    except _Mistake as error:
        mistake = cast(Any, error)
        if language() == "ru" and "show" not in vars(mistake):
            mistake.show = partial(_shown, mistake.show)
        raise


def _shown(show: Callable[[Any], None], file: Any = None) -> None:
    said = io.StringIO()
    show(said)
    text = said.getvalue()
    for english, russian in _MISTAKES:
        text = english.sub(russian, text)
    print(text, file=file or sys.stderr, end="")


class Command(TyperCommand):
    """A command whose help is all in one language."""

    def get_help(self, ctx: Any) -> str:
        return _furnished(super().get_help(ctx))


class Group(TyperGroup):
    """A group of commands likewise; what is wrong with a command line is told in that language too."""

    def get_help(self, ctx: Any) -> str:
        return _furnished(super().get_help(ctx))

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        with told_in_our_words():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: Any) -> Any:
        with told_in_our_words():
            return super().invoke(ctx)


def explain(*apps: typer.Typer) -> None:
    """Give every command its docstring as help, in the machine's language."""
    for each in apps:
        for command in each.registered_commands:
            command.help = say(_unwrapped((command.callback.__doc__ if command.callback else "") or ""))
            command.cls = Command


def _unwrapped(text: str) -> str:
    """A docstring as paragraphs of one line each."""
    return "\n\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))
