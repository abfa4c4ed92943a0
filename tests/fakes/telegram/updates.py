"""How updates leave: fetched by getUpdates, or posted to a webhook by the rules of the real server.

Each update has a queue (a chat, or a kind of event); a queue is strictly serial, queues are parallel. A failed
post is repeated at once, then after 2, 4, 8 … seconds, at most 60 to 120; a `Retry-After` counts instead. An
update that has become too old is dropped, silently.
"""

import asyncio
import json
import random
from typing import Any, Final

import aiohttp

from tests.fakes.telegram.world import ALL_UPDATES, DAY, DEFAULT_UPDATES, ApiError, Bot, Update, World

QUERY_LIFE: Final = 150.0
_LONGEST_POLL: Final = 50
_ANSWER_BYTES: Final = 4 << 20
_CONFLICT_HELD: Final = 3.0
_GONE: Final = 23 * 3600.0
_HOOK_SECONDS: Final = 60.0
_WEBHOOK_ACTIVE: Final = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
_OTHER_POLL: Final = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


def enqueue(
    world: World, bot: Bot, kind: str, content: dict[str, Any], *, queue: str, life: float = DAY
) -> Update | None:
    """Puts an update on its way; None when the bot did not ask for its kind."""
    if kind not in bot.allowed:
        return None
    update = Update(bot.next_update_id, kind, content, queue, world.clock.now() + life)
    bot.next_update_id += 1
    bot.updates.append(update)
    if world.duplicate_updates > 0:
        world.duplicate_updates -= 1
        bot.updates.append(Update(update.id, kind, content, queue, update.expires_at))
    wake(bot)
    return update


def wake(bot: Bot) -> None:
    bot.changed.set()
    if bot.poll is not None and not bot.poll.done():
        bot.poll.set_result("updates")


def allow(bot: Bot, names: Any) -> None:
    """`allowed_updates`: left out keeps the last list, empty is the default one."""
    if names is None:
        return
    if not isinstance(names, list) or any(not isinstance(each, str) for each in names):
        raise ApiError(400, "Bad Request: can't parse allowed updates: expected an Array of String")
    bot.allowed = frozenset(names) & ALL_UPDATES if names else DEFAULT_UPDATES


async def get_updates(world: World, bot: Bot, offset: int, limit: int, seconds: int) -> list[dict[str, Any]]:
    if bot.webhook.url:
        await _conflict(world, bot, _WEBHOOK_ACTIVE)
    limit, seconds = max(1, min(limit, 100)), max(0, min(seconds, _LONGEST_POLL))
    now = world.clock.now()
    # Asking the same again at once is slowed down.
    if offset == bot.last_offset and seconds < 3 and now < bot.last_poll_at + 3.0:
        seconds = 3
    if offset == bot.last_offset and now < bot.last_poll_at + 0.5:
        limit = 1
    bot.last_offset, bot.last_poll_at = offset, now
    _confirm(bot, offset)
    _drop_old(world, bot)
    if not bot.updates and seconds:
        why = await _wait(world, bot, seconds)
        if why not in {"updates", "timeout"}:
            await _conflict(world, bot, why)
        _drop_old(world, bot)
    return _answer(bot, limit)


def _confirm(bot: Bot, offset: int) -> None:
    if offset < 0:
        while len(bot.updates) > -offset:
            bot.updates.popleft()
    elif offset > 0:
        # An offset far from the present numbering is from an older one, and confirms nothing.
        if abs(offset - bot.next_update_id) > 1_000_000:
            return
        while bot.updates and bot.updates[0].id < offset:
            bot.updates.popleft()


def _drop_old(world: World, bot: Bot) -> None:
    now = world.clock.now()
    for update in [each for each in bot.updates if each.expires_at <= now]:
        bot.updates.remove(update)


async def _wait(world: World, bot: Bot, seconds: int) -> str:
    abort_poll(bot, _OTHER_POLL)
    mine: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    bot.poll = mine
    try:
        async with asyncio.timeout(seconds / world.clock.speed):
            return await mine
    except TimeoutError:
        return "timeout"
    finally:
        if bot.poll is mine:
            bot.poll = None


def abort_poll(bot: Bot, description: str) -> None:
    if bot.poll is not None and not bot.poll.done():
        bot.poll.set_result(description)


async def _conflict(world: World, bot: Bot, description: str) -> None:
    now = world.clock.now()
    if now < bot.next_conflict_at:
        await world.clock.sleep(_CONFLICT_HELD)
    bot.next_conflict_at = world.clock.now() + _CONFLICT_HELD
    raise ApiError(409, description)


def _answer(bot: Bot, limit: int) -> list[dict[str, Any]]:
    answer: list[dict[str, Any]] = []
    size = 0
    for update in list(bot.updates)[:limit]:
        body = update.body()
        size += len(json.dumps(body))
        if answer and size > _ANSWER_BYTES:
            break
        answer.append(body)
    return answer


class Poster:
    """Posts a bot's updates to its webhook while it has one."""

    def __init__(self, world: World, bot: Bot) -> None:
        self._world, self._bot = world, bot
        self._busy: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._url = bot.webhook.url

    async def run(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_HOOK_SECONDS)) as session:
            try:
                while self._bot.webhook.url == self._url:
                    self._bot.changed.clear()
                    _drop_old(self._world, self._bot)
                    self._begin(session)
                    wait = self._until_next()
                    try:
                        async with asyncio.timeout(wait):
                            await self._bot.changed.wait()
                    except TimeoutError:
                        continue
            finally:
                for task in self._tasks:
                    task.cancel()

    def _begin(self, session: aiohttp.ClientSession) -> None:
        """Starts the head of every queue that is idle and due."""
        heads: dict[str, Update] = {}
        for update in self._bot.updates:
            heads.setdefault(update.queue, update)
        now = self._world.clock.now()
        for queue, update in heads.items():
            if (
                queue not in self._busy
                and update.wake_at <= now
                and len(self._busy) < self._bot.webhook.max_connections
            ):
                self._busy.add(queue)
                task = asyncio.create_task(self._post(session, update))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    def _until_next(self) -> float:
        waiting = [each.wake_at for each in self._bot.updates if each.queue not in self._busy]
        wait = min(waiting, default=self._world.clock.now() + 3600) - self._world.clock.now()
        return max(0.001, wait) / self._world.clock.speed

    async def _post(self, session: aiohttp.ClientSession, update: Update) -> None:
        hook = self._bot.webhook
        headers = {"Content-Type": "application/json"}
        if hook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = hook.secret
        try:
            async with session.post(
                self._really(hook.url), data=json.dumps(update.body()), headers=headers, allow_redirects=False
            ) as answer:
                await answer.read()
                retry_after = answer.headers.get("Retry-After", "")
                if 200 <= answer.status <= 299:
                    hook.gone_since = 0.0
                    if update in self._bot.updates:
                        self._bot.updates.remove(update)
                else:
                    self._failed(
                        update,
                        f"Wrong response from the webhook: {answer.status} {answer.reason}",
                        float(retry_after) if retry_after.isdigit() else 0.0,
                        gone=answer.status == 410,
                    )
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            self._failed(update, f"Connection failed: {type(problem).__name__}", 0.0)
        finally:
            self._busy.discard(update.queue)
            self._bot.changed.set()

    def _really(self, url: str) -> str:
        for public, real in self._world.addresses.items():
            if url.startswith(public):
                return real + url[len(public) :]
        if not self._world.local:
            # Nobody out there is asked by a test.
            raise OSError("no such host")
        return url

    def _failed(self, update: Update, why: str, retry_after: float, *, gone: bool = False) -> None:
        now = self._world.clock.now()
        hook = self._bot.webhook
        hook.last_error_date, hook.last_error_message = now, why
        hook.gone_since = (hook.gone_since or now) if gone else 0.0
        if gone and now - hook.gone_since > _GONE:
            self._bot.webhook = type(hook)()
            return
        wait = min(retry_after, 3600.0)
        if not wait and update.fails > 0:
            update.delay = min(random.uniform(60.0, 120.0), update.delay * 2)
            wait = update.delay
        if now + wait > update.expires_at:
            if update in self._bot.updates:
                self._bot.updates.remove(update)
            return
        update.fails += 1
        update.wake_at = now + wait
