"""What every handler needs, in one value that `app` makes and hands over."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from openlines.api.door import Traffic
from openlines.api.speakers import Speakers
from openlines.channels.base import Health
from openlines.files.disk import DiskFiles
from openlines.realtime.hub import Hub
from openlines.store import Store
from openlines.support.limits import Buckets, Tries
from openlines.support.outbound import Allowing
from openlines.support.passwords import Passwords
from openlines.support.secrets import Seal


class Rate(msgspec.Struct, frozen=True):
    """So many at once, then so many a second."""

    burst: float
    rate: float

    def buckets(self) -> Buckets:
        return Buckets(self.rate, self.burst)


# Generous: an office behind one address, a person who types fast. A flood is far above.
STAFF: Final = Rate(300, 50)  # requests of one user
VISITOR: Final = Rate(20, 1)  # messages of one visitor
ADDRESS: Final = Rate(600, 100)  # requests of visitors behind one address
NEWCOMERS: Final = Rate(120, 2)  # new visitors behind one address
UPLOADS: Final = Rate(20, 0.5)  # files of one visitor
UPLOADS_ADDRESS: Final = Rate(200, 5)  # files of visitors behind one address


@dataclass(slots=True)
class Limits:
    """Who has asked how often, in this process."""

    staff: Buckets = field(default_factory=STAFF.buckets)
    visitor: Buckets = field(default_factory=VISITOR.buckets)
    address: Buckets = field(default_factory=ADDRESS.buckets)
    newcomers: Buckets = field(default_factory=NEWCOMERS.buckets)
    uploads: Buckets = field(default_factory=UPLOADS.buckets)
    uploads_address: Buckets = field(default_factory=UPLOADS_ADDRESS.buckets)
    tries: Tries = field(default_factory=Tries)


@dataclass(slots=True)
class Edge:
    """See the module. `public_url` is "" when none was configured; then a request's own address is used."""

    store: Store
    hub: Hub
    files: DiskFiles
    passwords: Passwords
    speakers: Speakers
    seal: Seal
    traffic: Traffic
    version: str
    node: str
    public_url: str
    file_limit: int
    max_lines: int
    # Asks a channel's vendor how it is; None for a channel that has no vendor.
    check_channel: Callable[[int], Awaitable[Health | None]]
    client: Allowing  # asks others over HTTP
    limits: Limits = field(default_factory=Limits)
    stopping: bool = False
