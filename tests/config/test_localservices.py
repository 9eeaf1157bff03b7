import os
import socket
import stat

import pytest

from config import localservices
from config.localservices import Failed, Postgres, Services


def test_env_lines_are_read_with_and_without_quotes(tmp_path):
    (tmp_path / "env").write_text("# a comment\nA=1\nexport B = 'two words'\nC=\"x=y\"\nnot a line\nD=\n")
    assert localservices.read_env(tmp_path / "env") == {"A": "1", "B": "two words", "C": "x=y", "D": ""}
    assert localservices.read_env(tmp_path / "absent") == {}


def test_the_env_file_is_for_its_owner_only(tmp_path):
    localservices.write_env(tmp_path / "env", {"SECRET_KEY": "s"})
    assert stat.S_IMODE((tmp_path / "env").stat().st_mode) == 0o600
    assert localservices.read_env(tmp_path / "env") == {"SECRET_KEY": "s"}
    assert os.listdir(tmp_path) == ["env"]


def test_secrets_are_made_once_and_kept():
    first = localservices.development_secrets({})
    assert localservices.development_secrets(first) == first
    assert localservices.development_secrets({}) != first
    assert all(first.values())


def test_the_preferred_port_is_taken_if_free_and_another_if_not():
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        taken = busy.getsockname()[1]
        assert localservices.port_is_taken(taken)
        other = localservices.free_port(taken)
        assert other != taken
        assert other in localservices.PORTS
    assert localservices.free_port(other) == other


def test_ports_lie_below_those_that_the_kernel_hands_out():
    assert max(localservices.PORTS) < 32768


def test_a_pid_file_of_another_program_is_not_our_server(tmp_path):
    data = tmp_path / "postgres"
    data.mkdir()
    postgres = Postgres(data, localservices.find_owner(), "secret", localservices.DURABLE, 20001)
    assert not postgres.running()
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n")
    assert not postgres.running(), "this process is no PostgreSQL"
    postgres.stop()  # and is still here
    (data / "postmaster.pid").write_text("nonsense")
    assert not postgres.running()


@pytest.mark.parametrize(("depth", "listens"), [(1, True), (12, False)])
def test_a_deep_checkout_does_without_a_socket_file(tmp_path, depth, listens):
    data = tmp_path.joinpath(*["folder-name"] * depth, "postgres")
    data.mkdir(parents=True)
    (data / "postgresql.conf").write_text("# shipped\n")
    postgres = Postgres(data, localservices.find_owner(), "secret", localservices.DURABLE, 20001)
    postgres.configure()
    postgres.configure()
    conf = (data / "postgresql.conf").read_text()
    assert conf.count("port = '20001'") == 1, "a second start replaces the first one's lines"
    assert "fsync = 'on'" in conf
    assert (f"unix_socket_directories = '{data.parent}'" in conf) is (
        listens and len(str(data.parent)) + 22 <= localservices.LONGEST_SOCKET_PATH
    )
    assert listens or "unix_socket_directories = ''" in conf


def test_a_folder_of_somebody_else_is_refused(tmp_path):
    target = tmp_path / "elsewhere"
    target.mkdir()
    (tmp_path / "services").symlink_to(target)
    with pytest.raises(Failed, match="belongs to another user"):
        localservices.find_owner().make(tmp_path / "services")


def test_given_servers_are_used_and_none_is_started(tmp_path, monkeypatch):
    monkeypatch.delenv("PORT")
    monkeypatch.setenv("DATABASE_URL", "postgis://u:p@db.example/suar")
    (tmp_path / ".env").write_text("REDIS_URL=redis://redis.example/0\nPORT=8123\n")
    values = Services(tmp_path).start()
    assert "DATABASE_URL" not in values
    assert "REDIS_URL" not in values
    assert "PORT" not in values
    assert values["SECRET_KEY"]
    assert not (tmp_path / "var" / "services").exists()


def test_missing_binaries_are_named_with_what_installs_them(monkeypatch):
    with pytest.raises(Failed, match=r"PostgreSQL 99 .*not installed.*\n.*apt-get install.*\n.*brew install"):
        localservices.postgres_binaries("99")


@pytest.mark.parametrize(
    ("given", "listening", "missing"),
    [
        ({}, False, ["PostgreSQL", "Redis"]),
        ({}, True, ["PostgreSQL"]),  # a Redis that listens and is silent loads its file
        ({"DATABASE_URL": "postgis://elsewhere"}, False, ["Redis"]),
        ({"DATABASE_URL": "postgis://elsewhere", "REDIS_URL": "redis://elsewhere"}, False, []),
    ],
)
def test_only_private_servers_that_are_gone_are_missing(tmp_path, monkeypatch, given, listening, missing):
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    services = Services(tmp_path)
    assert services.missing() == []  # none was ever started
    services.var.mkdir()
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        postgres, redis = services.load()
        redis.port = server.getsockname()[1]
        services.remember(postgres, redis)
        if listening:
            monkeypatch.setattr(localservices.Redis, "ask", lambda *_: "")
            server.listen()
        else:
            server.close()
        assert services.missing() == missing


def test_a_new_checkout_never_takes_over_the_servers_of_a_deleted_one(tmp_path, monkeypatch):
    """Their passwords and keys went with the old checkout; the folder beside it may have stayed."""
    monkeypatch.setattr(localservices.Owner, "may_write", lambda self, folder: False)
    folders = {Services(tmp_path).folder() for _ in range(2)}
    try:
        assert len(folders) == 2
        assert not any(folder.is_relative_to(tmp_path) for folder in folders)
    finally:
        for folder in folders:
            folder.rmdir()
