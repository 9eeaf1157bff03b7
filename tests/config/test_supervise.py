import io

import pytest

from config.localservices import Failed
from config.supervise import Supervisor


class FakeServices:
    """Private servers of which some are gone until `start` was called often enough."""

    def __init__(self, gone, *, failures=0, values=None):
        self.gone, self.failures, self.values = gone, failures, values or {}
        self.done = None

    def missing(self):
        if not self.gone and self.done:
            self.done()
        return self.gone

    def start(self):
        if self.failures:
            self.failures -= 1
            raise Failed("PostgreSQL did not start.")
        self.gone = []
        return self.values


class FakeKept:
    def __init__(self):
        self.calls = []

    def restart(self):
        self.calls.append("restart")

    def hurry(self):
        self.calls.append("hurry")


@pytest.mark.parametrize(
    ("url", "failures", "call"),
    [("postgis://a", 0, "hurry"), ("postgis://a", 3, "hurry"), ("postgis://moved", 0, "restart")],
)
def test_a_private_server_that_is_gone_is_started_until_it_is_back(monkeypatch, url, failures, call):
    monkeypatch.setattr("config.supervise.WATCH_S", 0.001)
    services = FakeServices(["PostgreSQL"], failures=failures, values={"DATABASE_URL": url, "PORT": "9"})
    supervisor = Supervisor(services, {"PORT": "8001", "DATABASE_URL": "postgis://a"})
    supervisor.printer.output = said = io.StringIO()
    services.done = supervisor.end
    process = FakeKept()
    supervisor.kept = [process]
    supervisor.watch()
    assert process.calls == [call]
    assert supervisor.environment == {"PORT": "8001", "DATABASE_URL": url}
    assert said.getvalue().count("PostgreSQL did not start.") == failures
    assert said.getvalue().count("PostgreSQL back") == 1


def test_a_process_that_cannot_start_ends_the_wait_for_readiness(monkeypatch):
    monkeypatch.setattr("config.supervise.ready", lambda url: False)
    supervisor = Supervisor(FakeServices([]), {"PORT": "8001"})
    supervisor.printer.output = said = io.StringIO()
    supervisor.cannot_start("web DOES NOT START")
    assert not supervisor.wait_ready()
    assert "web DOES NOT START" in said.getvalue()


def test_the_first_reason_to_end_gives_the_status():
    supervisor = Supervisor(FakeServices([]), {"PORT": "8001"})
    supervisor.end(143)
    supervisor.end()
    assert supervisor.status == 143


@pytest.mark.parametrize(("source", "listens"), [("", False), ("udp://127.0.0.1:10110", True)])
def test_a_process_that_needs_a_setting_is_started_only_with_it(source, listens):
    supervisor = Supervisor(FakeServices([]), {"PORT": "8001", "AIS_SOURCE": source})
    assert ("ais" in supervisor.processes) == listens
    assert "dispatcher" in supervisor.processes
