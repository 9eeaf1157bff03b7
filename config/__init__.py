"""Wiring: settings, addresses, checks, private servers. No rules of the trade live here."""
