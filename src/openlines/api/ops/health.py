"""For those who run the server: is it alive, may it be sent requests, how is it doing."""

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

import msgspec

from openlines.api.asgi import JSON, Receive, Scope, Send, answer, only_looked_at, refuse
from openlines.api.door import BOUNDS
from openlines.api.edge import Edge
from openlines.core.line import SECOND
from openlines.services import deliveries, inbox
from openlines.store import StoreError
from openlines.store.portal import the_portal
from openlines.store.tx import Reader

_TEXT: Final = (b"content-type", b"text/plain; charset=utf-8")


class Gauge(NamedTuple):
    """One figure for the metrics page. `kind` is "gauge" or "counter"."""

    name: str
    help: str
    kind: str
    value: float
    labels: dict[str, str] = {}  # noqa: RUF012 - never changed


class Ops:
    """An ASGI application for `/healthz`, `/readyz`, `/metrics`. `figures` asks the parts that this process runs."""

    def __init__(self, edge: Edge, figures: Callable[[], Iterable[Gauge]]) -> None:
        self._edge = edge
        self._figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            await refuse(scope, send, only_looked_at(scope["method"]))
            return
        match scope["path"]:
            case "/healthz":
                await answer(send, 200, b"ok\n", [_TEXT])
            case "/readyz":
                ready, why = await self._ready()
                body = msgspec.json.encode({"ready": ready, **({"why": why} if why else {})})
                await answer(send, 200 if ready else 503, body, [JSON])
            case _:
                depths = await self._depths()
                await answer(send, 200, self._metrics(depths), [(b"content-type", b"text/plain; version=0.0.4")])

    async def _ready(self) -> tuple[bool, str]:
        if self._edge.stopping:
            return False, "stopping"
        try:
            found = await self._edge.store.read(the_portal)
        except StoreError as error:
            return False, type(error).__name__
        return (True, "") if found is not None else (False, "no portal")

    # --- metrics --------------------------------------------------------------------------------------------

    async def _depths(self) -> list[Gauge]:
        """What lies in the database; nothing while it is away, when the other figures matter most."""
        try:
            return await self._edge.store.read(_depths)
        except StoreError:
            return []

    def _metrics(self, depths: list[Gauge]) -> bytes:
        from prometheus_client import CollectorRegistry, generate_latest

        registry = CollectorRegistry()
        registry.register(_Collector(self._edge, lambda: [*depths, *self._figures()]))
        return generate_latest(registry)


def _depths(reader: Reader) -> list[Gauge]:
    """How much waits for whom, and for how long; each is counted in an index of what is open alone."""
    found = []
    for part, states, depths in (
        ("inbox", ("new", "quarantined"), inbox.depths(reader)),
        ("deliveries", ("queued", "sending", "unknown"), deliveries.depths(reader)),
    ):
        words = "Events of vendors" if part == "inbox" else "Outgoing messages"
        for state in states:
            count, age = depths.get(state, (0, 0))
            labels = {"state": state}
            found.append(Gauge(f"openlines_{part}_depth", f"{words} in a state", "gauge", count, labels))
            seconds = max(0, age) / SECOND
            found.append(
                Gauge(
                    f"openlines_{part}_oldest_seconds", f"Age of the oldest of them ({words})", "gauge", seconds, labels
                )
            )
    return found


class _Collector:
    """Turns what the house counts into Prometheus' families when it is asked, so that counting stays cheap."""

    def __init__(self, edge: Edge, figures: Callable[[], Iterable[Gauge]]) -> None:
        self._edge = edge
        self._figures = figures

    def collect(self) -> Iterable[Any]:
        from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

        traffic = self._edge.traffic
        requests = CounterMetricFamily(
            "openlines_http_requests", "Requests answered", labels=["area", "method", "status"]
        )
        for (area, method, status), count in traffic.requests.items():
            requests.add_metric([area, method, str(status)], count)
        yield requests
        seconds = HistogramMetricFamily("openlines_http_seconds", "Time to answer a request", labels=["area"])
        for area in {area for area, _, _ in traffic.requests}:
            total, buckets = 0.0, []
            for bound in BOUNDS:
                total += traffic.buckets[area, bound]
                buckets.append((str(bound), total))
            whole = sum(count for (each, _, _), count in traffic.requests.items() if each == area)
            seconds.add_metric([area], [*buckets, ("+Inf", whole)], traffic.seconds[area])
        yield seconds
        families: dict[str, Any] = {}
        for gauge in [*self._own(), *self._figures()]:
            family = families.get(gauge.name)
            if family is None:
                made = CounterMetricFamily if gauge.kind == "counter" else GaugeMetricFamily
                family = families[gauge.name] = made(gauge.name, gauge.help, labels=list(gauge.labels))
            family.add_metric(list(gauge.labels.values()), gauge.value)
        yield from families.values()

    def _own(self) -> Iterable[Gauge]:
        hub, stats = self._edge.hub, self._edge.store.stats()
        yield Gauge("openlines_info", "The program", "gauge", 1, {"version": self._edge.version})
        for kind, sockets in (("staff", hub.rooms.staff), ("visitor", hub.rooms.visitors)):
            yield Gauge("openlines_sockets", "Open sockets", "gauge", len(sockets), {"kind": kind})
        yield Gauge("openlines_events_fanned_out", "Events of the log told to sockets", "counter", hub.events)
        yield Gauge(
            "openlines_found_by_safety_look",
            "What a lost poke left behind; stays 0",
            "counter",
            hub.found_by_safety_look,
            {"part": "realtime"},
        )
        for index, writer in enumerate(stats.writers):
            for name, value in writer._asdict().items():
                if isinstance(value, (int, float)):
                    yield Gauge(
                        f"openlines_store_writer_{name}", "Of the store", "gauge", value, {"writer": str(index)}
                    )
        for name, value in stats.readers._asdict().items():
            yield Gauge(f"openlines_store_reader_{name}", "Of the store", "gauge", value)
