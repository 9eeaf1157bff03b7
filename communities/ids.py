"""Identifiers: UUIDv7 inside, because rows inserted together then lie together in the index."""

import uuid
from datetime import datetime

import uuid_utils.compat


def uuid7() -> uuid.UUID:
    """A new UUIDv7 (RFC 9562) as a standard `uuid.UUID`."""
    return uuid_utils.compat.uuid7()


def uuid7_at(moment: datetime) -> uuid.UUID:
    """The smallest UUIDv7 of that millisecond: rows made since have a greater one."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)
