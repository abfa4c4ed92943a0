"""Which kinds of channel there are: the folders beside this file. Nobody lists them by hand.

A kind is a package with a `manifest` module (`MANIFEST`) and, when it talks to a vendor, a `channel` module
(`CHANNEL`). Reading the manifests loads none of the code.
"""

import pkgutil
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import cast

from openlines import channels
from openlines.channels.base import Channel, Manifest


class UnknownKind(LookupError):
    """There is no such kind of channel."""


@cache
def manifests() -> dict[str, Manifest]:
    """All kinds by name, in the order of their tiles."""
    names = [each.name for each in pkgutil.iter_modules(channels.__path__) if each.ispkg]
    found = [cast(Manifest, import_module(f"{channels.__name__}.{name}.manifest").MANIFEST) for name in names]
    for name, manifest in zip(names, found, strict=True):
        if manifest.kind != name:
            raise ValueError(f"channels/{name} calls itself {manifest.kind!r}")
    return {each.kind: each for each in sorted(found, key=lambda each: (each.order, each.kind))}


def manifest(kind: str) -> Manifest:
    """One kind. Raises `UnknownKind`."""
    try:
        return manifests()[kind]
    except KeyError:
        raise UnknownKind(kind) from None


@cache
def channel(kind: str) -> Channel | None:
    """The code of a kind; None for one whose customers read from us. Raises `UnknownKind`."""
    manifest(kind)
    name = f"{channels.__name__}.{kind}.channel"
    if find_spec(name) is None:
        return None
    return cast(Channel, import_module(name).CHANNEL)
