"""The auditor: finds what should have happened and did not, and mends it or raises an alarm.

`rows`, `incidents`, `contradictions` and `processes` are what it looks at, each a list of questions to the
database; `rounds` asks them all within a bounded time; `process` is the loop, `watch` says which copy is at
work, `heartbeat` tells the outside that all is well.
"""
