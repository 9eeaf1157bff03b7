"""Which state of a dispatch, a notification or a ladder may follow which: the one table, kept by code and
database alike.

The models' constraints are made of it, so a change here needs `makemigrations`. The words are the
values of the models' own choices.
"""

DISPATCH = {
    "proposed": {"alerting", "stood_down"},
    "alerting": {"acknowledged", "declined", "no_answer", "stood_down"},
    # A late answer is taken while the place is free.
    "no_answer": {"acknowledged", "declined", "stood_down"},
    "acknowledged": {"en_route", "cannot_continue", "stood_down"},
    "en_route": {"on_scene", "cannot_continue", "stood_down"},
    "on_scene": {"completed", "cannot_continue", "stood_down"},
    "declined": set(),
    "completed": set(),
    "cannot_continue": set(),
    "stood_down": set(),
}

# What a carrier may still say of an attempt that we have lost sight of: its lease ran out, or it failed
# ambiguously and waits to be made again.
_LATE_WORD = {"accepted", "delivered", "read", "failed_temp", "failed_perm"}

NOTIFICATION = {
    "pending": {"leased", "cancelled", "expired"} | _LATE_WORD,
    # A call overtaken by an answer is cancelled when the sender looks again, just before it sends.
    "leased": {"pending", "cancelled", "expired"} | _LATE_WORD,
    # Taken anew straight away once its pause is over.
    "failed_temp": {"pending", "leased", "cancelled", "expired"} | _LATE_WORD - {"failed_temp"},
    "accepted": {"delivered", "read", "failed_temp", "failed_perm"},
    "delivered": {"read"},
    "read": set(),
    "failed_perm": set(),
    "cancelled": set(),
    "expired": set(),
}

ESCALATION = {
    "wanted": {"running", "answered", "stopped"},
    # From its first rung when a position has come or the incident was raised.
    "running": {"wanted", "answered", "stopped"},
    # The lead dropped out.
    "answered": {"wanted", "running"},
    # An officer asks again.
    "stopped": {"wanted"},
}
