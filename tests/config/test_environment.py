import base64
import os
import re
import subprocess
import sys
import zoneinfo
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import environment as env
from config import settings

ROOT = Path(__file__).resolve().parents[2]
KEY = base64.urlsafe_b64encode(b"only-for-tests-only-for-tests-32").decode()

NONSENSE = [
    (env.flag, {}, ["2", "maybe", "wahr"]),
    (
        env.integer,
        {"default": 1, "least": 1, "most": 65535},
        ["0", "65536", "80.5", "1e3", "٨٠", "-1", "9" * 5000],
    ),
    (env.number, {"default": 1, "most": 1}, ["0", "-0.5", "1.01", "nan", "inf", "1,5", "half", "0x1"]),
    (env.choice, {"default": "off", "options": ("off", "staff", "open")}, ["everyone", "on"]),
    (
        env.origin,
        {},
        ["suar.example.org", "ftp://a.example", "https://a.example/path", "https://u@a.example"],
    ),
    (env.origin, {}, ["https://a.example:99999", "https://a.example:0", "https://", "https://a.example?x=1"]),
    (env.address, {"schemes": {"redis"}}, ["127.0.0.1:6379", "http://127.0.0.1", "redis://"]),
    (
        env.endpoints,
        {"schemes": {"tcp", "udp"}},
        [
            "ais.example:4001",
            "http://a.example:80",
            "tcp://a.example",
            "tcp://a.example:0",
            "tcp://a.example:99999",
            "tcp://u@a.example:1",
            "tcp://a.example:1/x",
            "tcp://:4001",
            "udp://a.example:1,tcp://b.example",
        ],
    ),
    (env.database, {}, ["suar", "mysql://u:p@h/suar", "postgis://u:p@h:5432", "postgis://u:p@h:port/suar"]),
    (env.fernet_keys, {}, ["short", KEY + ",x", KEY[:-2] + "é=", KEY + KEY]),
    (env.mapping, {}, ["name", "name=", "=secret", '{"a": 1}', '{"a": ', "{}x"]),
    (env.file, {}, ["/nowhere/at/all.json", "/"]),
    (env.time_zone, {"default": "UTC"}, ["Mars/Olympus", "../../etc/passwd", "Asia/Kuala Lumpur"]),
    (env.secret, {}, ["two words", "a\nb"]),
    (
        env.pattern,
        {"default": "MY", "regex": "[A-Z]{2}", "wanted": "two letters"},
        ["my", "MYS", "M", "MY\n;"],
    ),
]


@pytest.mark.parametrize(
    ("reader", "options", "value"), [(r, o, v) for r, o, values in NONSENSE for v in values]
)
def test_a_reader_refuses_nonsense_and_names_the_variable(monkeypatch, reader, options, value):
    monkeypatch.setenv("SOME_NAME", value)
    with pytest.raises(ImproperlyConfigured, match="SOME_NAME must be"):
        reader("SOME_NAME", **options)


@pytest.mark.parametrize("reader", [env.secret, env.fernet_keys, env.mapping, env.database])
def test_a_refusal_does_not_repeat_what_may_be_a_secret(monkeypatch, reader):
    monkeypatch.setenv("SOME_NAME", "hunter2 hunter2")
    with pytest.raises(ImproperlyConfigured) as refused:
        reader("SOME_NAME")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("reader", "options", "value", "expected"),
    [
        (env.flag, {}, "Yes", True),
        (env.flag, {"default": True}, "off", False),
        (env.flag, {"default": True}, "  ", True),
        (env.integer, {"default": 1, "least": 1, "most": 65535}, " 8010 ", 8010),
        (env.number, {"default": 1, "most": 1}, "0.05", 0.05),
        (env.choice, {"default": "off", "options": ("off", "open")}, "OPEN", "open"),
        (env.origin, {}, "https://suar.example.org/", "https://suar.example.org"),
        (env.origin, {}, "http://[::1]:8000", "http://[::1]:8000"),
        (env.words, {}, " a, ,b,", ["a", "b"]),
        (env.mapping, {}, "main=s3cret, spare=x=y", {"main": "s3cret", "spare": "x=y"}),
        (env.mapping, {}, '{"main": "s3cret"}', {"main": "s3cret"}),
        (
            env.endpoints,
            {"schemes": {"tcp", "udp"}},
            "tcp://ais.example:4001, udp://0.0.0.0:10110",
            ["tcp://ais.example:4001", "udp://0.0.0.0:10110"],
        ),
        (env.endpoints, {"schemes": {"tcp"}}, "tcp://[::1]:4001", ["tcp://[::1]:4001"]),
        (env.endpoints, {"schemes": {"tcp"}}, "", []),
        (env.mapping, {}, "", {}),
        (env.fernet_keys, {}, f"{KEY},{KEY}", [KEY, KEY]),
        (env.time_zone, {"default": "UTC"}, "Asia/Manila", "Asia/Manila"),
        (env.database, {}, "", {}),
    ],
)
def test_a_reader_takes_a_good_value(monkeypatch, reader, options, value, expected):
    monkeypatch.setenv("SOME_NAME", value)
    assert reader("SOME_NAME", **options) == expected


def test_a_database_url_becomes_a_postgis_connection(monkeypatch):
    monkeypatch.setenv("SOME_NAME", "postgres://suar:p%40ss@db.example:5433/reports?sslmode=require")
    found = env.database("SOME_NAME")
    assert found["ENGINE"] == "django.contrib.gis.db.backends.postgis"
    assert (found["NAME"], found["USER"], found["PASSWORD"]) == ("reports", "suar", "p@ss")
    assert (found["HOST"], found["PORT"], found["OPTIONS"]) == ("db.example", 5433, {"sslmode": "require"})


def test_the_environment_comes_before_dotenv_and_dotenv_before_var_env(tmp_path, monkeypatch):
    (tmp_path / "var").mkdir()
    (tmp_path / ".env").write_text("SUAR_T_A=dotenv\nSUAR_T_B=dotenv\n")
    (tmp_path / "var" / "env").write_text("SUAR_T_A=var\nSUAR_T_B=var\nSUAR_T_C=var\n")
    monkeypatch.delenv("SUAR_ENV_FILES")
    monkeypatch.setenv("SUAR_T_A", "real")
    for name in ("SUAR_T_B", "SUAR_T_C"):
        monkeypatch.setenv(name, "")  # so that monkeypatch takes away afterwards what the files set
        monkeypatch.delenv(name)
    env.load_files(tmp_path)
    assert [env.text(f"SUAR_T_{letter}") for letter in "ABC"] == ["real", "dotenv", "var"]


def test_an_empty_variable_does_not_hide_the_one_in_a_file(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("SUAR_TEST_EMPTY=from the file\nexport SUAR_TEST_FULL=from the file\n")
    monkeypatch.setenv("SUAR_ENV_FILES", ".env")
    monkeypatch.setenv("SUAR_TEST_EMPTY", "")
    monkeypatch.setenv("SUAR_TEST_FULL", "from outside")
    env.load_files(tmp_path)
    assert (os.environ["SUAR_TEST_EMPTY"], os.environ["SUAR_TEST_FULL"]) == ("from the file", "from outside")


def test_env_example_names_every_setting_that_is_read_and_no_other():
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z][A-Z0-9_]*)"', (ROOT / "config" / "settings.py").read_text()))
    documented = re.findall(r"^([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert len(documented) == len(set(documented))
    assert set(documented) == read | {"SUAR_ENV_FILES"}
    assert read <= env.names_read


def test_no_app_reads_the_environment_by_itself():
    readers = re.compile(r"os\.environ|os\.getenv|environ\.Env")
    offenders = [
        str(path.relative_to(ROOT))
        for app in ("communities", "reports", "alerts")
        for path in (ROOT / app).rglob("*.py")
        if readers.search(path.read_text())
    ]
    assert offenders == []


def test_the_values_of_env_example_are_the_defaults_and_pass_their_readers(monkeypatch):
    lines = (ROOT / ".env.example").read_text().splitlines()
    values = dict(line.split("=", 1) for line in lines if re.match(r"[A-Z]", line))
    assert values["PORT"] == str(settings.PORT)
    assert values["PHONES"] == "staff"
    assert float(values["LADDER_SCALE"]) == 1
    assert float(values["CARRIER_TOTAL_TIMEOUT_S"]) == settings.CARRIER_TOTAL_TIMEOUT_S
    assert zoneinfo.ZoneInfo(values["TIME_ZONE"]).key == settings.TIME_ZONE


@pytest.mark.parametrize(
    ("tiles", "origin"),
    [
        ("", None),
        ("https://tiles.example.org/{z}/{x}/{y}.png", "https://tiles.example.org"),
        ("http://10.0.0.5:8080/t?z={z}&x={x}&y={y}", "http://10.0.0.5:8080"),
        ("https://tiles.example.org/{z}/{x}.png", "refused"),
        ("//tiles.example.org/{z}/{x}/{y}.png", "refused"),
        ("https://tiles.example.org/{z}/{x}/{y}.png; script-src *", "refused"),
        ("https://*/{z}/{x}/{y}.png", "refused"),
        ("https://{s}.example.org/{z}/{x}/{y}.png", "refused"),
    ],
)
def test_tiles_come_from_the_one_origin_that_is_named(tiles, origin):
    code = "from config import settings; print(settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['img-src'][3:])"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"MAP_TILES": tiles},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if origin == "refused":
        assert "MAP_TILES must be an address such as" in ran.stderr
    else:
        assert ran.stdout.strip() == str([origin] if origin else [])
