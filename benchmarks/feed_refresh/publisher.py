"""python -m benchmarks.feed_refresh.publisher PORT: feeds on every address of 127.0.0.0/8, until it is told to end.

/ok/N answers with a feed of 20 items, or 304 to its own ETag; /broken/N with 500; /stalled/N with silence.
"""

import asyncio
import sys

ITEM = (
    "<item><title>Article {0} of feed {1}</title><link>https://news.example/{1}/{0}</link><guid>{1}-{0}</guid>"
    "<pubDate>Mon, 02 Mar 2026 09:{0:02}:00 GMT</pubDate><description>&lt;p&gt;{2}&lt;/p&gt;</description></item>"
)
WORDS = "What happened today, in a sentence or two that somebody wrote with care. " * 12


def document(number: str) -> bytes:
    items = "".join(ITEM.format(place, number, WORDS) for place in range(20))
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Feed</title>{items}</channel></rss>'.encode()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).decode("latin-1")
        kind, _, number = head.split(" ", 2)[1].lstrip("/").partition("/")
        if kind == "stalled":
            await asyncio.wait_for(reader.read(), 60)
        status, body = "500 Broken", b""
        if kind == "ok":
            is_known = f'If-None-Match: "{number}"' in head
            status, body = ("304 Not Modified", b"") if is_known else ("200 OK", document(number))
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", f'ETag: "{number}"', "Connection: close", "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        await writer.drain()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return
    finally:
        writer.close()


async def main(port: int) -> None:
    # 127.0.0.0/8 cannot be bound as a whole. Whoever is not on loopback is hung up on.
    async def answer_neighbours(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if writer.get_extra_info("peername")[0].startswith("127."):
            await answer(reader, writer)
        else:
            writer.close()

    async with await asyncio.start_server(answer_neighbours, "0.0.0.0", port, backlog=512) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
