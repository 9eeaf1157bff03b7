"""The floor: the least that could be called an intake, a webhook and a dispatcher. No framework, no rules.

The WSGI application stores report, event and outbox row by ONE prepared statement. As a program,
`python -m tests.bench.floor [redis-url]`, it hands outbox rows over: at each ring, else every half second.
"""

import base64
import hmac
import json
import os
import sys
from functools import cache
from urllib.parse import parse_qsl
from uuid import uuid4

import psycopg
import redis
from psycopg_pool import ConnectionPool

TABLES = """
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE TABLE report (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    external_id varchar(120) NOT NULL UNIQUE,
    text text NOT NULL,
    type varchar(30) NOT NULL,
    position geography(Point, 4326),
    received_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON report USING gist (position);
CREATE INDEX ON report (received_at);
CREATE TABLE event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    report_id bigint NOT NULL,
    kind varchar(20) NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    report_id bigint NOT NULL,
    due_at timestamptz NOT NULL DEFAULT now(),
    handed_at timestamptz
);
CREATE INDEX ON outbox (due_at) WHERE handed_at IS NULL;
CREATE TABLE fix (
    call_sign varchar(20) PRIMARY KEY,
    longitude float8 NOT NULL,
    latitude float8 NOT NULL,
    position_at timestamptz NOT NULL
) WITH (fillfactor = 50);
"""
STORE = """
WITH stored AS (
    INSERT INTO report (external_id, text, type, position)
    VALUES (%s, %s, %s, ST_MakePoint(%s, %s)::geography)
    ON CONFLICT (external_id) DO NOTHING RETURNING id
), told AS (INSERT INTO event (report_id, kind) SELECT id, 'received' FROM stored)
INSERT INTO outbox (report_id) SELECT id FROM stored RETURNING report_id
"""
MOVE = """
INSERT INTO fix SELECT %s, %s, %s, %s::timestamptz FROM set_config('synchronous_commit', 'off', true)
ON CONFLICT (call_sign) DO UPDATE SET longitude = excluded.longitude, latitude = excluded.latitude,
    position_at = excluded.position_at WHERE fix.position_at < excluded.position_at
"""
HAND_OVER = """
UPDATE outbox SET handed_at = clock_timestamp() WHERE id IN (
    SELECT id FROM outbox WHERE handed_at IS NULL ORDER BY due_at LIMIT 50 FOR UPDATE SKIP LOCKED
)
"""
CHANNEL = "floor:due"
POLL_S = 0.5
_OPTIONS = {"autocommit": True, "prepare_threshold": 0}


@cache
def pool() -> ConnectionPool:
    return ConnectionPool(os.environ["FLOOR_URL"], min_size=1, max_size=8, kwargs=_OPTIONS, open=True)


def application(environ, start_response):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if environ["REQUEST_METHOD"] == "GET":
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]
    kind, store = ROUTES.get(environ["PATH_INFO"], ("application/json", report))
    answer = store(body, environ)
    status = "201 Created" if answer else "403 Forbidden"
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(answer)))])
    return [answer]


def report(body: bytes, environ: dict) -> bytes:
    sent = json.loads(body)
    position = sent["position"]
    row = sent["external_id"], sent["text"], sent["type"], position["longitude"], position["latitude"]
    with pool().connection() as connection:
        found = connection.execute(STORE, row).fetchone()
    return json.dumps({"id": found and found[0]}).encode()


def sms(body: bytes, environ: dict) -> bytes:
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    signed = f"{os.environ['PUBLIC_ORIGIN']}/webhooks/twilio/sms/" + "".join(
        name + form[name] for name in sorted(form)
    )
    digest = hmac.digest(os.environ["TWILIO_AUTH_TOKEN"].encode(), signed.encode(), "sha1")
    if not hmac.compare_digest(base64.b64encode(digest).decode(), environ.get("HTTP_X_TWILIO_SIGNATURE", "")):
        return b""
    with pool().connection() as connection:
        connection.execute(STORE, (form["MessageSid"], form["Body"], "sms", 100.5, 4.2))
    return b"<Response><Message>OK</Message></Response>"


def position(body: bytes, environ: dict) -> bytes:
    sent = json.loads(body)
    row = environ["PATH_INFO"], sent["longitude"], sent["latitude"], sent["position_at"]
    with pool().connection() as connection:
        moved = connection.execute(MOVE, row).rowcount
    return json.dumps({"accepted": moved}).encode()


ROUTES = {"/sms": ("text/xml", sms), "/position": ("application/json", position)}


def hand_over(redis_url: str | None) -> None:
    """The dispatcher without rules: runs until it is killed."""
    connection = psycopg.connect(os.environ["FLOOR_URL"], **_OPTIONS)
    bell = redis.Redis.from_url(redis_url).pubsub(ignore_subscribe_messages=True) if redis_url else None
    if bell:
        bell.subscribe(CHANNEL)
    while True:
        if not connection.execute(HAND_OVER).rowcount:
            if bell:
                bell.get_message(timeout=POLL_S)
            else:
                connection.execute("SELECT pg_sleep(%s)", [POLL_S])


def store_one(connection: psycopg.Connection) -> int:
    """Store a report as the application does; return its id."""
    return connection.execute(STORE, (str(uuid4()), "tolong", "sinking", 100.5, 4.2)).fetchone()[0]


if __name__ == "__main__":
    hand_over(sys.argv[1] if len(sys.argv) > 1 else None)
