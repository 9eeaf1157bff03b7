"""Which state of an incident or a report may follow which: the one table, kept by code and database alike.

The models' constraints are made of it, so a change here needs `makemigrations`. The words are the
values of the models' own choices.
"""

INCIDENT = {
    "open": {"dispatching", "stood_down", "suspended", "handed_over", "merged", "closed"},
    "dispatching": {"responding", "stood_down", "suspended", "handed_over", "merged"},
    # Back to dispatching when the last unit drops out.
    "responding": {"on_scene", "dispatching", "stood_down", "suspended", "handed_over", "merged"},
    "on_scene": {"resolved", "dispatching", "stood_down", "suspended", "handed_over", "merged"},
    "suspended": {"dispatching", "handed_over"},
    "resolved": {"closed"},
    "stood_down": {"closed", "open"},
    "closed": {"open"},
    "handed_over": set(),
    "merged": set(),
}

REPORT = {
    "received": {"duplicate", "dismissed"},
    "duplicate": set(),
    "dismissed": set(),
}
