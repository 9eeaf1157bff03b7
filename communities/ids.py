"""Identifiers: UUIDv7 inside, because rows inserted together then lie together in the index."""

import uuid

import uuid_utils.compat


def uuid7() -> uuid.UUID:
    """A new UUIDv7 (RFC 9562) as a standard `uuid.UUID`."""
    return uuid_utils.compat.uuid7()
