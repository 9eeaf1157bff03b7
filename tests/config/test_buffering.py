import asyncio
import json

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import path

from config.buffering import Buffered


def echo(request):
    answer = JsonResponse(
        {
            "body": request.body.decode("latin-1"),
            "path": request.get_full_path(),
            "cookies": request.COOKIES,
            "length": request.META["CONTENT_LENGTH"],
            "forwarded": request.headers.get("X-Forwarded-Proto"),
        }
    )
    answer.set_cookie("a", "1")
    answer.set_cookie("b", "2")
    return answer


def stream(request):
    return StreamingHttpResponse(f"part {number};".encode() for number in range(3))


urlpatterns = [path("echo", echo), path("stream", stream), path("ü", lambda request: HttpResponse("ü"))]


def ask(app, chunks=(b"",), *, target="/echo", query=b"", headers=(), end="whole"):
    """What `app` sends for one request whose body comes in `chunks` and ends whole, broken or never."""
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    if end == "whole":
        messages[-1]["more_body"] = False
    elif end == "broken":
        messages.append({"type": "http.disconnect"})
    sent = []

    async def receive():
        if messages:
            return messages.pop(0)
        return await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": target, "query_string": query, "http_version": "1.1",
        "scheme": "http", "server": ("127.0.0.1", 8000), "client": ("127.0.0.1", 5000),
        "headers": [(b"host", b"127.0.0.1"), *headers],
    }  # fmt: skip
    with override_settings(ROOT_URLCONF=__name__):
        asyncio.run(app(scope, receive, send))
    return sent


@pytest.fixture(scope="module")
def app():
    with override_settings(MIDDLEWARE=[]):
        return Buffered(WSGIHandler(), threads=2, body_timeout_s=0.2, largest_body=1000)


def body_of(sent):
    return b"".join(message.get("body", b"") for message in sent)


def test_a_body_in_pieces_reaches_the_application_whole(app):
    sent = ask(app, [b"From=%2B60", b"", b"&Body=\xff\x00"], query=b"a=%ff&b")
    answer = json.loads(body_of(sent))
    assert sent[0]["status"] == 200
    assert answer["body"] == "From=%2B60&Body=\xff\x00"
    assert answer["path"] == "/echo?a=%ff&b"


def test_the_length_is_what_came_and_not_what_was_said(app):
    sent = ask(app, [b"12345"], headers=[(b"content-length", b"3"), (b"content-length", b"9")])
    assert json.loads(body_of(sent))["length"] == "5"


def test_cookies_are_joined_and_set_one_by_one(app):
    sent = ask(app, headers=[(b"cookie", b"a=1"), (b"cookie", b"b=2")])
    assert json.loads(body_of(sent))["cookies"] == {"a": "1", "b": "2"}
    assert [value for name, value in sent[0]["headers"] if name == b"set-cookie"] == [
        b"a=1; Path=/",
        b"b=2; Path=/",
    ]


def test_a_header_with_an_underscore_cannot_pass_for_one_of_the_proxy(app):
    sent = ask(app, headers=[(b"x_forwarded_proto", b"https")])
    assert json.loads(body_of(sent))["forwarded"] is None


def test_an_answer_in_parts_is_sent_in_parts(app):
    sent = ask(app, target="/stream")
    assert [message.get("body") for message in sent[1:]] == [b"part 0;", b"part 1;", b"part 2;", b""]


def test_an_address_beyond_ascii_is_found(app):
    assert ask(app, target="/ü")[0]["status"] == 200


@pytest.mark.parametrize(
    ("chunks", "end", "statuses"),
    [
        ([b"half"], "never", [408]),
        ([b"x" * 999, b"xx"], "never", [413]),
        ([b"half"], "broken", []),
    ],
)
def test_a_body_that_does_not_come_or_never_ends_holds_nothing(app, chunks, end, statuses):
    sent = ask(app, chunks, end=end)
    assert [message["status"] for message in sent if "status" in message] == statuses
    assert ask(app)[0]["status"] == 200


def test_slow_bodies_keep_no_thread_from_the_others(app):
    async def many():
        async def never():
            return await asyncio.Event().wait()

        async def send(message):
            pass

        scope = {"type": "http", "method": "POST", "path": "/echo", "query_string": b"", "http_version": "1.1",
                 "headers": [(b"host", b"127.0.0.1")]}  # fmt: skip
        slow = [asyncio.create_task(app(scope, never, send)) for _ in range(50)]
        answered = []

        async def whole():
            return {"type": "http.request", "body": b"quick"}

        async def keep(message):
            answered.append(message)

        await asyncio.wait_for(app(scope, whole, keep), timeout=5)
        waiting = [task for task in slow if not task.done()]
        await asyncio.gather(*slow)
        return answered, waiting

    with override_settings(ROOT_URLCONF=__name__):
        answered, waiting = asyncio.run(many())
    assert answered[0]["status"] == 200
    assert len(waiting) == 50, "the quick one was answered while all the slow ones waited"
