"""The command line: `openlines …`.

Heavy parts are imported by the command that needs them, so that `--help` and `serve` come at once.
Exit codes: 0 done, 1 refused or failed, 2 wrong usage or settings, 3 the portal is in use by another process.
"""

import asyncio
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Final

import typer

from openlines import __version__
from openlines.cli.reach import (
    FAILED,
    IN_USE,
    MARK,
    USAGE,
    ask_portal,
    config_of,
    do,
    kinds_alone,
    named,
    password_of,
    serving,
    stop,
    tell,
)
from openlines.cli.words import STATES, Group, count, explain, language, say
from openlines.config import KNOWN, LANGUAGE, PREFIX, ROLES, Config

EXAMPLES: Final = """
Examples:

  openlines serve                                    start on http://127.0.0.1:8080 with ./data
  openlines serve --data /var/lib/openlines --public-url https://chat.example.org
  openlines demo                                     a portal full of life on a throw-away database
  openlines admin create --email ann@example.org --password-stdin < password.txt
  openlines user add --email bob@example.org --name "Bob" --department Support
  openlines token create --user ann@example.org --scope read --scope reply
  openlines doctor                                   what is wrong, and what to do
  openlines inbox replay --all                       try again what vendors sent and nobody understood
  openlines line export Support --to support.json    a line as a file; `line import` reads it

Every option of serve can be a variable: --public-url is OPENLINES_PUBLIC_URL. `openlines serve --help` lists them.

Exit codes: 0 done, 1 refused or failed, 2 wrong usage or settings, 3 the portal is in use by another process.
"""


def _verbatim(text: str) -> str:
    """Lines that are wide enough already: the mark keeps each paragraph's lines as they are."""
    return "\n\n".join(f"\b\n{part}" for part in text.strip().split("\n\n"))


def _variables() -> str:
    """Every setting of a server process, as the variable that sets it."""
    rows = [
        f"  {PREFIX}{name.upper()}\n      {say(each.metadata['help'])}{_default(name)}" for name, each in KNOWN.items()
    ]
    language = say("language of the command line, en or ru; default: the locale's")
    rows.append(f"  {LANGUAGE}\n      {language}")
    return say("Settings, as variables; a flag wins over its variable:") + "\n\n" + "\n".join(rows)


def _default(name: str) -> str:
    """As one would type it; of what is made of other settings, the help tells in words."""
    value = getattr(Config(), name)
    if isinstance(value, (tuple, frozenset)):
        value = ",".join(sorted(map(str, value)))
    return "" if value == "" else f" [default: {value}]"


app = typer.Typer(
    name="openlines",
    help=say("A self-hosted contact centre: every channel, one queue, the right operator, in real time."),
    epilog=_verbatim(say(EXAMPLES)),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    cls=Group,
)
admin = typer.Typer(help=say("Administrators."), no_args_is_help=True, cls=Group)
user = typer.Typer(help=say("Users: operators and administrators."), no_args_is_help=True, cls=Group)
inbox = typer.Typer(help=say("Events of vendors that could not be understood."), no_args_is_help=True, cls=Group)
line = typer.Typer(help=say("Lines as files."), no_args_is_help=True, cls=Group)
token = typer.Typer(help=say("Keys for programs."), no_args_is_help=True, cls=Group)
app.add_typer(admin, name="admin")
app.add_typer(user, name="user")
app.add_typer(token, name="token")
app.add_typer(inbox, name="inbox")
app.add_typer(line, name="line")

Data = Annotated[
    Path | None,
    # `readable` would refuse in the library's words, before ours.
    typer.Option("--data", readable=False, help=say("Folder with the database, files and secret key. [default: data]")),
]
Database = Annotated[
    str | None,
    typer.Option("--database", help=say("sqlite:///… or postgresql://…  [default: portal.db in the data folder]")),
]
AsJson = Annotated[bool, typer.Option("--json", help=say("Answer in JSON, for programs."))]
Email = Annotated[str, typer.Option("--email", help=say("E-mail address; the name to sign in with."))]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help=say("Read the password from standard input."))]


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"openlines {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help=say("Print the version.")),
    ] = False,
) -> None:
    """A self-hosted contact centre: every channel, one queue, the right operator, in real time."""


# --- the server ---------------------------------------------------------------------------------------------


@app.command(epilog=_verbatim(_variables()))
def serve(
    data: Data = None,
    database: Database = None,
    host: Annotated[str | None, typer.Option(help=say("Address to listen on. [default: 127.0.0.1]"))] = None,
    port: Annotated[
        int | None, typer.Option(help=say("Port to listen on; 0 takes a free one. [default: 8080]"))
    ] = None,
    public_url: Annotated[
        str | None, typer.Option(help=say("Address under which customers and vendors reach this portal."))
    ] = None,
    roles: Annotated[str | None, typer.Option(help=say("Parts to run: api, workers. [default: both]"))] = None,
) -> None:
    """Start the server. Stops gracefully on SIGTERM and Ctrl-C.

    A SQLite portal is made and brought up to date by itself; for PostgreSQL run `openlines migrate` first.
    """
    config = config_of(data=data, database=database, host=host, port=port, public_url=public_url, roles=roles)
    if config.roles != ROLES and not config.on_postgresql:
        missing = ", ".join(sorted(ROLES - config.roles))
        words = say("Nobody would do the work of {missing}: with SQLite one process does everything.", missing=missing)
        raise stop(f"{words} {say('Leave --roles out, or take PostgreSQL.')}", USAGE)
    from openlines.app import Application, run_server

    def announce(application: Application, address: str) -> None:
        """One address; and the one-time link, while nobody has set the portal up."""
        version = __version__
        typer.echo(say("openlines {version} answers on {address}", version=version, address=address))
        if application.setup_token:
            link = f"{config.public_url or address}/setup?token={application.setup_token}"
            typer.echo(say("Set the portal up (once): {link}", link=link))

    serving(lambda: run_server(config, started=announce))


@app.command()
def demo(
    port: Annotated[int | None, typer.Option(help=say("Port to listen on. [default: 8080]"))] = None,
) -> None:
    """Start a believable portal on a throw-away database: customers write by themselves. Prints the logins."""
    config = config_of(port=port)
    try:
        found = import_module("openlines.demo")
    except ModuleNotFoundError as error:
        raise stop(say("The demo is not part of this installation ({error}).", error=error)) from None
    serving(lambda: found.run_demo(config, say))


@app.command()
def migrate(data: Data = None, database: Database = None) -> None:
    """Bring the database to this program's version. Old programs keep working on it meanwhile."""
    config = config_of(data=data, database=database)
    from openlines.cli.troubles import why
    from openlines.store import StoreError, StoreInUse
    from openlines.store import migrate as migrate_store

    try:
        migrate_store(config.database_url)
    except StoreInUse as error:
        words = say("Stop it first; it migrates by itself when it starts again.")
        raise stop(f"{why(error)} {words}", IN_USE) from None
    except (StoreError, OSError) as error:
        raise stop(why(error)) from None
    typer.echo(say("The database {database} is up to date.", database=named(config.database_url)))


@app.command()
def doctor(data: Data = None, database: Database = None, as_json: AsJson = False) -> None:
    """Look at everything that can be wrong and say what to do. Exit code 1 when something is."""
    config = config_of(data=data, database=database)
    from openlines.cli.doctor import examine

    findings = asyncio.run(examine(config, lambda name: ask_portal(config, name, {})))
    if as_json:
        typer.echo(json.dumps([each._asdict() for each in findings], ensure_ascii=False, indent=2))
    else:
        for each in findings:
            mark = {"ok": "✓", "warning": "!", "bad": "✗"}[each.state]
            typer.echo(f"{mark} {each.what}" + (f"\n    {each.advice}" if each.advice else ""))
    if any(each.state == "bad" for each in findings):
        raise typer.Exit(FAILED)


# --- what administrators script -----------------------------------------------------------------------------


@admin.command("create")
def admin_create(  # noqa: PLR0913, PLR0917 - one per option
    email: Email,
    password_stdin: FromStdin = False,
    name: Annotated[str, typer.Option(help=say("Name, as colleagues and customers see it."))] = "",
    portal_name: Annotated[str, typer.Option(help=say("Name of the portal, when this sets it up."))] = "",
    language: Annotated[str, typer.Option(help=say("en or ru."))] = "en",
    time_zone: Annotated[str, typer.Option(help=say("Like Europe/Berlin."))] = "UTC",
    data: Data = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Add an administrator. In a new portal this is the set-up: it also makes the first line and website chat."""
    values = {
        "email": email,
        "password": password_of(password_stdin),
        "name": name,
        "portal_name": portal_name,
        "language": language,
        "time_zone": time_zone,
    }
    done = do(config_of(data=data, database=database), "admin.create", values)
    words = say("Administrator {email} added.", email=email)
    words += f" {say('The portal is set up.')}" if done.get("set_up") else ""
    tell(done, words, as_json=as_json)


@user.command("add")
def user_add(  # noqa: PLR0913, PLR0917 - one per option
    email: Email,
    name: Annotated[str, typer.Option(help=say("Name, as colleagues and customers see it."))] = "",
    role: Annotated[str, typer.Option(help=say("operator or administrator."))] = "operator",
    department: Annotated[list[str] | None, typer.Option(help=say("Department, by name; may be repeated."))] = None,
    password_stdin: FromStdin = False,
    language: Annotated[str, typer.Option(help=say("en or ru."))] = "en",
    time_zone: Annotated[str, typer.Option(help=say("Like Europe/Berlin."))] = "UTC",
    data: Data = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Add a user. Without --password-stdin a password is made up and printed once."""
    values = {
        "email": email,
        "name": name,
        "role": role,
        "departments": department or [],
        "password": password_of(True) if password_stdin else "",
        "language": language,
        "time_zone": time_zone,
    }
    done = do(config_of(data=data, database=database), "user.add", values)
    words = say("User {email} added.", email=email)
    words += f" {say('Password: {password}', password=done['password'])}" if "password" in done else ""
    tell(done, words, as_json=as_json)


@user.command("password")
def user_password(
    email: Email,
    password_stdin: FromStdin = False,
    data: Data = None,
    database: Database = None,
) -> None:
    """Give a user a new password and sign him out everywhere."""
    values = {"email": email, "password": password_of(password_stdin)}
    do(config_of(data=data, database=database), "user.password", values)
    typer.echo(say("{email} has a new password and is signed out everywhere.", email=email))


@token.command("create")
def token_create(
    email: Annotated[str, typer.Option("--user", help=say("E-mail of the user for whom the program speaks."))],
    scope: Annotated[list[str], typer.Option(help=say("read, reply, manage or admin; may be repeated."))],
    name: Annotated[str, typer.Option(help=say("What it is for."))] = "",
    data: Data = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Make a key for a program. It is printed once and stored nowhere."""
    values = {"email": email, "scopes": scope, "name": name}
    done = do(config_of(data=data, database=database), "token.create", values)
    tell(done, done["token"], as_json=as_json)


@app.command()
def channels(data: Data = None, database: Database = None, as_json: AsJson = False) -> None:
    """The kinds of channel with what they can do, and the channels that are connected."""
    config = config_of(data=data, database=database)
    found = do(config, "channels", {}, without_portal=kinds_alone)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for kind in found["kinds"]:
        able = [name for name, value in kind["capabilities"].items() if value is True]
        typer.echo(f"{kind['kind']:12} {kind['name'].get(language(), '')}\n{'':12} {', '.join(able)}")
    for each in found["channels"]:
        reason = f" ({each['reason']})" if each["reason"] else ""
        shown = {**each, "state": say(STATES.get(each["state"], each["state"]))}
        typer.echo(say("#{id} {name} [{kind}] on line {line_id}: {state}", **shown) + reason)


@inbox.command("list")
def inbox_list(
    limit: Annotated[int, typer.Option(min=1, max=200, help=say("How many to show."))] = 20,
    data: Data = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Events of vendors that were put aside because they could not be understood, newest first."""
    found = do(config_of(data=data, database=database), "inbox.list", {"limit": limit})
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    total = found["total"]
    if not total:
        typer.echo(say("Nothing was put aside."))
        return
    events = count(total, ("event was", "events were"), ("событие отложено", "события отложены", "событий отложено"))
    typer.echo(say("{events} put aside.", events=events))
    for each in found["items"]:
        place = say("channel #{channel_id}, chat {lane}", **each)
        typer.echo(f"#{each['id']}  {each['received_at']}  {place}\n    {each['error']}")
    typer.echo(say("`openlines inbox replay --all` tries them again."))


@inbox.command("replay")
def inbox_replay(
    ids: Annotated[list[int] | None, typer.Option("--id", help=say("Number of an event; may be repeated."))] = None,
    everything: Annotated[bool, typer.Option("--all", help=say("All that are put aside now."))] = False,
    data: Data = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Try events again that were put aside, after their cause was mended. The server applies them."""
    if bool(ids) == everything:
        raise stop(say("Name events with --id, or all of them with --all."), USAGE)
    values = {"all": True} if everything else {"ids": ids}
    done = do(config_of(data=data, database=database), "inbox.replay", values)
    if ids and not done["count"]:
        raise stop(say("None of these events is put aside. `openlines inbox list` shows which are."))
    words = count(done["count"], ("event is", "events are"), ("событие", "события", "событий"))
    tell(done, say("{events} tried again.", events=words), as_json=as_json)


@line.command("export")
def line_export(
    which: Annotated[str, typer.Argument(metavar="LINE", help=say("Number or name of the line."))],
    to: Annotated[Path | None, typer.Option("--to", help=say("File to write. [default: standard output]"))] = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Write a line to a file: settings, queue, faces and the look of its chats, without secrets and channels."""
    found = do(config_of(data=data, database=database), "line.export", {"line": which})
    text = json.dumps(found, ensure_ascii=False, indent=2)
    if to is None:
        typer.echo(text)
        return
    try:
        to.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise stop(say("The file cannot be written: {error}", error=error.strerror or error)) from None
    typer.echo(say("Line “{name}” is in {file}.", name=found["name"], file=to))


@line.command("import")
def line_import(  # noqa: PLR0917 - one per option
    file: Annotated[Path, typer.Argument(help=say("File that a line was written to; - is standard input."))],
    into: Annotated[
        str, typer.Option("--into", help=say("Line to change, by number or name; without it, a new one."))
    ] = "",
    name: Annotated[str, typer.Option(help=say("Name of the line. [default: the file's, or as it was]"))] = "",
    skip_unknown: Annotated[
        bool,
        typer.Option(
            "--skip-unknown",
            help=say("Leave out what the file names and nobody here knows: people, departments, settings, chats."),
        ),
    ] = False,
    data: Data = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Make a line of a file, or bring an existing one to what the file says. What is unknown here is named first."""
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        content = json.loads(text.removeprefix(MARK))
    except OSError as error:
        raise stop(say("The file cannot be read: {error}", error=error.strerror or error)) from None
    except ValueError:
        raise stop(say("This is not the file of a line: it holds no JSON, or only a part of it.")) from None
    values = {"file": content, "line": into, "name": name, "skip_unknown": skip_unknown}
    done = do(config_of(data=data, database=database), "line.import", values)
    made = say("Line “{name}” is made, number {line_id}.", **done)
    tell(done, made if done["new"] else say("Line “{name}” is as the file says.", **done), as_json=as_json)


explain(app, admin, user, token, inbox, line)
