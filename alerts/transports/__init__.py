"""Carriers: one class a channel, each with `send(message)`; see `base`."""
