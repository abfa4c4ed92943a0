"""Channels as their code needs them: secrets opened, the client allowed to go where the settings point."""

from collections.abc import Mapping
from typing import NamedTuple

from openlines.channels import registry
from openlines.channels.base import Account, Channel
from openlines.channels.fields import FACTS
from openlines.store import Commit, Store, channels
from openlines.store.channels import ChannelRow
from openlines.support.outbound import Allowing, Http
from openlines.support.secrets import Seal

_KEPT = 1024


class Connected(NamedTuple):
    """A channel ready to be used."""

    channel: Channel
    account: Account
    http: Http


class Accounts:
    """Opens channels, once for each version of their settings."""

    def __init__(self, store: Store, seal: Seal, client: Allowing, public_url: str) -> None:
        self._store = store
        self._seal = seal
        self._client = client
        # Vendors post to https only; with any other address we fetch instead.
        self._public_url = public_url if public_url.startswith("https://") else None
        self._open: dict[int, tuple[int, Connected]] = {}
        store.subscribe(self._committed)

    def _committed(self, commit: Commit) -> None:
        if "channels" in commit.pokes:
            # Somebody changed a channel, or removed one: whoever asks next reads it anew.
            self._open.clear()

    async def get(self, channel_id: int, version: int | None = None) -> Connected | None:
        """The channel, in this version or a newer one; None when it is gone or has no code.

        Without a version it is read anew, and as it is used at present: where messages are fetched although there
        is a public address, as if there were none. Raises `SecretsUnreadable`.
        """
        found = self._open.get(channel_id)
        if found is not None and version is not None and found[0] >= version:
            return found[1]
        row = await self._store.read(channels.one, channel_id)
        if row is None or row.deleted_at is not None:
            self._open.pop(channel_id, None)
            return None
        connected = self.of(row)
        if connected is not None and row.values.get(FACTS, {}).get("by") == "poll":
            return connected._replace(account=connected.account._replace(public_url=None))
        return connected

    def of(self, row: ChannelRow) -> Connected | None:
        """The same from its row. Raises `SecretsUnreadable`."""
        found = self._open.get(row.id)
        if found is not None and found[0] == row.version:
            return found[1]
        channel = registry.channel(row.kind)
        if channel is None:
            return None
        settings = row.values
        secrets = self._seal.open("channels", row.id, row.secrets)
        account = Account(row.id, row.key, settings, secrets, self._public_url)
        connected = Connected(channel, account, self._client.allowing(*_bases(row.kind, settings)))
        if len(self._open) >= _KEPT:
            self._open.clear()
        self._open[row.id] = (row.version, connected)
        return connected


def _bases(kind: str, settings: Mapping[str, object]) -> list[str]:
    """Addresses that an administrator wrote into the settings: these may lie in his own network."""
    names = [field.name for field in registry.manifest(kind).fields if field.type == "url"]
    return [str(settings[name]) for name in names if settings.get(name)]
