"""A WSGI application behind ASGI, so that a slow phone holds no thread.

A body is awaited here until it is whole, and only then does a thread run the application. Where a
WSGI server reads bodies inside its threads, sixteen calls that trickle in keep all others out; and
Django's own ASGI handler hops threads at every middleware, for half the rate (docs/decisions/0003).
"""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from tempfile import SpooledTemporaryFile

#: A photo over a poor link takes minutes; waiting for it costs no thread.
BODY_TIMEOUT_S = 300
#: Bytes; a larger body is refused unread.
LARGEST_BODY = 32 * 1024 * 1024
#: Bytes; a larger body waits on disk.
KEPT_IN_MEMORY = 256 * 1024


class RefusedError(Exception):
    """The request will not be handed on; answered with this status."""

    def __init__(self, status: int) -> None:
        self.status = status


class Buffered:
    """The ASGI face of a Django WSGI application; `threads` requests are worked on at once."""

    def __init__(
        self,
        wsgi,
        *,
        threads: int,
        body_timeout_s: float = BODY_TIMEOUT_S,
        largest_body: int = LARGEST_BODY,
    ) -> None:
        self.wsgi = wsgi
        self.threads = ThreadPoolExecutor(threads, "request")
        self.body_timeout_s = body_timeout_s
        self.largest_body = largest_body

    async def __call__(self, scope, receive, send) -> None:
        """Answer one HTTP request; nothing else is spoken here."""
        if scope["type"] != "http":
            raise ValueError(f"Only http is served, not {scope['type']}.")
        with SpooledTemporaryFile(max_size=KEPT_IN_MEMORY) as body:
            try:
                async with asyncio.timeout(self.body_timeout_s):
                    size = await read_body(receive, body, self.largest_body)
            except (RefusedError, TimeoutError) as exc:
                status = exc.status if isinstance(exc, RefusedError) else 408
                await send(start(status, [(b"content-length", b"0"), (b"connection", b"close")]))
                await send({"type": "http.response.body"})
                return
            except ConnectionError:
                return
            loop = asyncio.get_running_loop()

            async def hand_over(message: dict) -> None:
                await send(message)  # a server's `send` need not be a coroutine function itself

            def emit(message: dict) -> None:
                """Hand one message of a long answer over, no faster than the reader takes it."""
                asyncio.run_coroutine_threadsafe(hand_over(message), loop).result()

            for message in await loop.run_in_executor(
                self.threads, self.respond, environ_of(scope, body, size), emit
            ):
                await send(message)

    def respond(self, environ: dict, emit) -> list[dict]:
        """Run the application in this thread; return its answer's messages, those of a stream emitted."""
        begun: list[dict] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info=None) -> None:
            # Django puts a space before each cookie.
            encoded = [(name.lower().encode(), value.strip().encode("latin-1")) for name, value in headers]
            begun[:] = [start(int(status[:3]), encoded)]

        response = self.wsgi(environ, start_response)
        try:
            if not response.streaming:
                return [*begun, {"type": "http.response.body", "body": response.content}]
            emit(begun[0])
            for chunk in response:
                emit({"type": "http.response.body", "body": chunk, "more_body": True})
            return [{"type": "http.response.body", "body": b""}]
        finally:
            response.close()


async def read_body(receive, body, largest: int) -> int:
    """Write the body to `body` and rewind it; return its size. Raises RefusedError, ConnectionError."""
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > largest:
            raise RefusedError(413)
        body.write(chunk)
        if not message.get("more_body"):
            body.seek(0)
            return size


def environ_of(scope: dict, body, size: int) -> dict:
    """What WSGI (PEP 3333) wants to know of a request. CONTENT_LENGTH is what came, not what was said."""
    host, port = scope.get("server") or ("127.0.0.1", None)
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or 80),
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").upper().replace("-", "_"), raw_value.decode("latin-1")
        # A name with _ could pass for another one with - that a proxy has vouched for.
        if b"_" in raw_name or name == "CONTENT_LENGTH":
            continue
        key = name if name == "CONTENT_TYPE" else f"HTTP_{name}"
        separator = "; " if name == "COOKIE" else ","
        environ[key] = f"{environ[key]}{separator}{value}" if key in environ else value
    environ["CONTENT_LENGTH"] = str(size)
    return environ


def start(status: int, headers: list[tuple[bytes, bytes]]) -> dict:
    return {"type": "http.response.start", "status": status, "headers": headers}
