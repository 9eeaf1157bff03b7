"""The oracle can fail: each doctored history must be found out, and a true one must pass."""

import copy
from uuid import UUID

import pytest

from tests.faults import report
from tests.faults.__main__ import MARKS, replaced
from tests.faults.history import Answered, Event, History, Taken
from tests.faults.oracle import by_point, judge

BEGAN = 1_700_000_000.0


def row_id(seconds: float, number: int = 0) -> str:
    """A UUIDv7 made so many seconds after the beginning."""
    return str(UUID(int=(int((BEGAN + seconds) * 1000) << 80) | (7 << 76) | number))


INCIDENT, DISPATCH, SECOND = row_id(0, 1), row_id(0.1, 2), row_id(60, 3)
ALERT, NEXT_ALERT, LAST_ALERT = row_id(0.1, 4), row_id(60, 5), row_id(120, 6)


def notification(id: str, dispatch: str, step: int, **more) -> dict:
    return {
        "id": id, "incident_id": INCIDENT, "purpose": "alert", "channel": "sms", "status": "delivered",
        "key": f"{dispatch}:0:{step}:sms", "attempt": 1, "reference": "M4XK2", "due_at": BEGAN,
    } | more  # fmt: skip


def transition(seconds: float, dispatch: str, old: str, new: str, number: int = 0) -> dict:
    return {"id": row_id(seconds, number), "dispatch_id": dispatch, "old": old, "new": new, "via": "app"}


@pytest.fixture
def told() -> History:
    """A boat sinks; the first unit sleeps, the second is called after a minute, and goes after 70 s."""
    return History(
        answers=[
            Answered(
                "app", "key-1", 201, {"reference": "7K3Q9", "external_id": "key-1"}, BEGAN - 0.2, BEGAN, distress=True
            ),
            Answered("sms", "SM1", 200, {"text": "OK 4HFK9"}, BEGAN, BEGAN + 1),
            Answered("acknowledge", SECOND, 200, {}, BEGAN + 70, BEGAN + 70.1),
        ],
        taken=[
            Taken(ALERT, BEGAN + 0.3, "M4XK2"),
            Taken(NEXT_ALERT, BEGAN + 60.5, "M4XK2"),
            Taken("", BEGAN + 61, ""),
        ],
        human_acks=[("+447700900002", "M4XK2")],
        events=[Event("crash point K5", BEGAN + 30, BEGAN + 30, 1, "K5")],
        rows={
            "reports": [
                {"id": "r1", "source": "app", "external_id": "key-1", "reference": "7K3Q9", "incident_id": INCIDENT},
                {"id": "r2", "source": "sms", "external_id": "SM1", "reference": "4HFK9", "incident_id": "i2"},
            ],
            "inbound": [{"external_id": "SM1", "reply": "OK 4HFK9", "kind": "report"}],
            "photos": [],
            "incidents": [
                {"id": INCIDENT, "reference": "M4XK2", "priority": 1, "status": "responding", "wanted": True},
                {"id": "i2", "reference": "8Q9RT", "priority": 3, "status": "open", "wanted": False},
            ],
            "escalations": [{"incident_id": INCIDENT, "purpose": "unit", "state": "answered", "due_at": BEGAN + 120}],
            "notifications": [notification(ALERT, DISPATCH, 0), notification(NEXT_ALERT, SECOND, 1)],
            "dispatches": [
                {"id": DISPATCH, "incident_id": INCIDENT, "status": "no_answer", "role": "", "phone": "+447700900001"},
                {"id": SECOND, "incident_id": INCIDENT, "status": "acknowledged", "role": "lead", "phone": "+447700900002"},
            ],
            "transitions": [
                transition(0.1, DISPATCH, "", "alerting"),
                transition(60, SECOND, "", "alerting"),
                transition(70, SECOND, "alerting", "acknowledged"),
            ],
        },
        ended_at=BEGAN + 300,
    )  # fmt: skip


def broken(history: History, late_limit_s: float = 15) -> str:
    return "\n".join(judge(history).violations(history, late_limit_s=late_limit_s))


def test_a_true_history_breaks_nothing(told):
    assert broken(told) == ""
    found = judge(told)
    assert [(step, round(late, 1)) for _, step, late, _ in found.late_s] == [(0, 0.3), (1, 0.2)]


def lose_a_report(h):
    h.rows["reports"] = h.rows["reports"][1:]


def lose_a_text(h):
    h.rows["reports"] = h.rows["reports"][:1]


def lose_a_photo(h):
    h.answers.append(Answered("photo", "photo-1", 201, {}, BEGAN, BEGAN))


def store_one_twice(h):
    h.rows["reports"].append(h.rows["reports"][0] | {"id": "r3", "external_id": "key-1#2"})


def answer_another_reference(h):
    h.rows["reports"][0]["reference"] = "9PPPP"


def answer_another_text(h):
    h.rows["inbound"][0]["reply"] = "OK 9PPPP"


def tell_nobody(h):
    h.taken = []
    h.human_acks, h.answers = [], h.answers[:2]


def leave_a_row_due(h):
    h.rows["notifications"].append(
        notification(LAST_ALERT, DISPATCH, 2, status="pending", due_at=BEGAN + 120)
    )


def leave_a_lease(h):
    h.rows["notifications"].append(notification(LAST_ALERT, DISPATCH, 2, status="leased", due_at=BEGAN + 120))


def leave_a_ladder(h):
    h.rows["escalations"][0]["state"] = "running"


def leave_the_spool_full(h):
    h.spooled = 3


def forget_an_acknowledgement(h):
    h.rows["transitions"].pop()
    h.human_acks = []


def forget_an_acknowledgement_by_text(h):
    h.human_acks.append(("+447700900001", "M4XK2"))


def send_twice_for_nothing(h):
    h.events = []
    h.taken.append(Taken(ALERT, BEGAN + 12, "M4XK2"))


def send_thrice_for_one_kill(h):
    h.taken += [Taken(ALERT, BEGAN + 31, "M4XK2"), Taken(ALERT, BEGAN + 32, "M4XK2")]


def send_again_under_another_reference(h):
    h.taken.append(Taken(ALERT, BEGAN + 31, "8Q9RT"))


def send_what_no_row_asked_for(h):
    h.taken.append(Taken(LAST_ALERT, BEGAN + 31, "M4XK2"))


def call_after_the_acknowledgement(h):
    h.rows["notifications"].append(notification(LAST_ALERT, DISPATCH, 2))
    h.taken.append(Taken(LAST_ALERT, BEGAN + 120.4, "M4XK2"))


def make_two_leads(h):
    h.rows["dispatches"][0]["role"] = "lead"
    h.rows["transitions"].append(transition(71, DISPATCH, "alerting", "acknowledged"))


def be_late_with_the_first(h):
    h.taken[0] = Taken(ALERT, BEGAN + 16, "M4XK2")


def be_late_with_the_second(h):
    h.taken[1] = Taken(NEXT_ALERT, BEGAN + 79, "M4XK2")
    h.rows["transitions"][-1] = transition(90, SECOND, "alerting", "acknowledged")


def believe_a_forgery(h):
    h.forged, h.forged_accepted = 10, 1


@pytest.mark.parametrize(
    ("doctor", "word"),
    [
        (lose_a_report, "lost: 1 (key-1"),
        (lose_a_text, "lost: 1 (SM1"),
        (lose_a_photo, "lost: 1 (photo-1"),
        (store_one_twice, "twice stored: 1 (key-1"),
        (answer_another_reference, "wrong answers: 1 (key-1"),
        (answer_another_text, "wrong answers: 1 (SM1"),
        (tell_nobody, "untold: 1"),
        (leave_a_row_due, "stuck: 1 (notification"),
        (leave_a_lease, "stuck: 1 (notification"),
        (leave_a_ladder, "stuck: 1 (ladder"),
        (leave_the_spool_full, "stuck: 1 (3 requests"),
        (forget_an_acknowledgement, "lost acks: 1 (acknowledge"),
        (forget_an_acknowledgement_by_text, "lost acks: 1 (+447700900001"),
        (send_twice_for_nothing, "sent twice without a cause: 1"),
        (send_thrice_for_one_kill, "sent twice: 2 times in 1 kills"),
        (send_again_under_another_reference, "other reference: 1"),
        (send_what_no_row_asked_for, "other reference: 1"),
        (call_after_the_acknowledgement, "after ack: 1"),
        (make_two_leads, "two leads: 1"),
        (be_late_with_the_first, "rung 0 by 16.0 s"),
        (be_late_with_the_second, "rung 1 by 18.7 s"),
        (believe_a_forgery, "forged callbacks accepted: 1"),
    ],
)
def test_a_doctored_history_is_found_out(told, doctor, word):
    history = copy.deepcopy(told)
    doctor(history)
    assert word in broken(history)


def test_a_repeat_after_a_kill_is_laid_to_its_crash_point(told):
    told.taken.append(Taken(ALERT, BEGAN + 42, "M4XK2"))
    found = judge(told)
    assert broken(told) == ""
    assert [repeat.cause.name for repeat in found.repeats] == ["K5"]
    assert by_point(told, found)["K5"] == {"killed": 1, "repeated": 1}


def test_a_repeat_that_the_carrier_asked_for_is_none(told):
    told.failed = [(ALERT, BEGAN + 5)]
    told.events = []
    told.taken.append(Taken(ALERT, BEGAN + 9, "M4XK2"))
    assert judge(told).repeats == []


def test_a_call_in_flight_at_the_acknowledgement_is_no_fault(told):
    told.rows["notifications"].append(notification(LAST_ALERT, DISPATCH, 1))
    told.taken.append(Taken(LAST_ALERT, BEGAN + 71, "M4XK2"))
    assert broken(told) == ""


def test_a_second_lead_after_the_first_dropped_out_is_none(told):
    told.rows["dispatches"][0]["role"] = "lead"
    told.rows["transitions"] += [
        transition(80, SECOND, "acknowledged", "cannot_continue"),
        transition(81, DISPATCH, "no_answer", "acknowledged"),
    ]
    assert broken(told) == ""


def test_an_answer_from_the_spool_names_no_reference_and_is_true(told):
    told.answers[0] = Answered(
        "app",
        "key-1",
        201,
        {"reference": None, "external_id": "key-1", "status": "spooled"},
        BEGAN,
        BEGAN,
        distress=True,
    )
    assert broken(told) == ""


def test_the_report_counts_what_was_found(told):
    lose_a_report(told)
    found = judge(told)
    text = report.markdown(
        told, found, {"K5": 2} | dict.fromkeys(report.crash_points.NAMES, 2), title="a run"
    )
    assert "| reports lost | 1 |" in text
    assert "| K5 | 2 | 1 | 0 | 0 |" in text


def test_a_rung_is_not_late_for_the_time_in_which_nobody_could_work(told):
    be_late_with_the_first(told)
    told.unable = [(BEGAN - 5, BEGAN + 1.5), (BEGAN + 100, BEGAN + 200)]
    assert broken(told) == ""
    told.unable = [(BEGAN - 5, BEGAN + 0.5)]
    assert "rung 0 by 15.5 s" in broken(told)


def test_a_run_replaces_the_table_of_its_kind_only():
    document = f"Words.\n\n{MARKS[0]}\nold calm\n\n{MARKS[1]}\nold faults\n"
    both = replaced(replaced(document, "new faults\n", faults=True), "new calm\n", faults=False)
    assert both == f"Words.\n\n{MARKS[0]}\nnew calm\n\n{MARKS[1]}\nnew faults\n"
