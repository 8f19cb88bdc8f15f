"""A real SMTP server (aiosmtpd) that writes each letter it takes as a file NNNNNN.eml.

Usage: real_smtp.py FOLDER PORT    (port 0: any free one)
Prints the port it listens on, and ends when its standard input is closed.
"""

import asyncio
import pathlib
import sys

from aiosmtpd.smtp import SMTP


class Folder:
    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.count = len(list(self.path.glob("*.eml")))

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        unfinished = self.path / f"{self.count:06}.part"
        unfinished.write_bytes(envelope.original_content)
        unfinished.rename(unfinished.with_suffix(".eml"))
        return "250 OK"


async def main(folder, port):
    loop = asyncio.get_running_loop()
    handler = Folder(folder)
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="mail.example.vn", enable_SMTPUTF8=True), "127.0.0.1", int(port)
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main(*sys.argv[1:]))
