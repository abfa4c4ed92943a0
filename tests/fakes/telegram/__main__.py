"""The fake alone: `python -m tests.fakes.telegram --port 18200`."""

import argparse
import asyncio

from tests.fakes.telegram import FakeTelegram


async def _run(port: int, speed: float, local: bool, rate: float, burst: int) -> None:
    async with FakeTelegram(port=port, speed=speed, local=local, chat_rate=rate, chat_burst=burst) as fake:
        print(fake.base, flush=True)  # noqa: T201 - whoever started it reads it
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.telegram", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one; the address is printed")
    parser.add_argument("--speed", type=float, default=1.0, help="how much faster than real its clock runs")
    parser.add_argument(
        "--strict-webhooks", action="store_true", help="only https on Telegram's ports, as in the cloud"
    )
    parser.add_argument("--chat-rate", type=float, default=1.0, help="messages a second to one chat")
    parser.add_argument("--chat-burst", type=int, default=5, help="messages to one chat at once")
    options = parser.parse_args()
    local = not options.strict_webhooks
    try:
        asyncio.run(_run(options.port, options.speed, local, options.chat_rate, options.chat_burst))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
