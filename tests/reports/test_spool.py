import errno
import multiprocessing
import os
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from reports import spool

AT = datetime(2026, 3, 1, 14, 32, 7, 123456, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.SPOOL_ROOT = tmp_path / "spool"
    settings.SPOOL_MOST_MB = 10
    spool._room.counted_at = float("-inf")
    return settings.SPOOL_ROOT


def kept(text: str = "SOS", *, after_s: float = 0.0, key: str = "k") -> spool.Kept:
    return spool.Kept(
        kind="sms",
        path="/webhooks/twilio/sms/?a=1",
        body=text.encode("utf-8", "surrogatepass"),
        key=key,
        received_at=AT + timedelta(seconds=after_s),
        headers={"authorization": "Device secret"},
    )


def test_what_is_kept_is_read_back_as_it_came():
    name = spool.append(kept("\x00\xff tolong เรือ")).name
    found = spool.read(name)
    assert found == spool.Kept(
        **{**{f: getattr(kept("\x00\xff tolong เรือ"), f) for f in kept().__slots__}, "name": name}
    )
    assert found.received_at == AT


def test_nothing_of_it_stands_on_the_disk_in_clear(folder):
    name = spool.append(kept("Body=TOLONG&From=%2B60123456789")).name
    content = (folder / "waiting" / name).read_bytes()
    assert content.startswith(b"SUAR-SPOOL-1\n")
    for secret in (b"TOLONG", b"60123456789", b"Device", b"secret"):
        assert secret not in content


def test_files_and_folders_are_for_their_owner_alone(folder):
    name = spool.append(kept()).name
    assert (folder / "waiting" / name).stat().st_mode & 0o777 == 0o600
    for path in (folder, folder / "waiting", folder / "quarantine"):
        assert path.stat().st_mode & 0o777 == 0o700


def test_file_and_folder_are_flushed_before_anybody_is_told(monkeypatch, folder):
    spool.prepare()
    flushed = []
    fsync = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda handle: (flushed.append(os.readlink(f"/proc/self/fd/{handle}")), fsync(handle))
    )
    spool.append(kept())
    assert [os.path.dirname(flushed[0]), flushed[1]] == [str(folder / "waiting"), str(folder / "waiting")]


def test_the_oldest_is_first_whoever_wrote_it():
    names = [spool.append(kept(after_s=seconds)).name for seconds in (3, 0, 2, 0.5)]
    assert spool.waiting() == [names[1], names[3], names[2], names[0]]


def test_done_is_done_twice_too():
    name = spool.append(kept()).name
    spool.done(name)
    spool.done(name)
    assert spool.waiting() == []


def _write_many(root: str, number: int) -> None:
    from django.conf import settings

    settings.SPOOL_ROOT = root
    for n in range(20):
        spool.append(kept(f"{number}-{n}"))


def test_many_processes_and_threads_write_at_once(folder):
    spool.prepare()
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_write_many, args=[str(folder), number]) for number in range(3)]
    threads = [threading.Thread(target=_write_many, args=[str(folder), number]) for number in range(3, 6)]
    for one in [*processes, *threads]:
        one.start()
    for one in [*processes, *threads]:
        one.join()
    said = {spool.read(name).body.decode() for name in spool.waiting()}
    assert said == {f"{number}-{n}" for number in range(6) for n in range(20)}


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: b"",
        lambda content: b"\x00" * len(content),
        lambda content: content[:-30] + b"A" + content[-29:],
        lambda content: content.replace(b"SPOOL-1", b"SPOOL-2"),
    ],
    ids=["cut", "empty", "zeros", "one byte", "another format"],
)
def test_a_damaged_file_is_told_from_a_whole_one(folder, damage):
    name = spool.append(kept()).name
    path = folder / "waiting" / name
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(spool.Unreadable):
        spool.read(name)


def test_a_file_of_a_key_that_is_gone_is_unreadable_and_one_of_an_old_key_is_not(settings):
    from cryptography.fernet import Fernet

    name, new = spool.append(kept()).name, Fernet.generate_key().decode()
    old = settings.IDENTITY_KEYS
    settings.IDENTITY_KEYS = [new, *old]
    assert spool.read(name).body == b"SOS"
    settings.IDENTITY_KEYS = [new]
    with pytest.raises(spool.Unreadable):
        spool.read(name)


def test_what_was_set_aside_can_be_put_back():
    name = spool.append(kept()).name
    spool.set_aside(name)
    assert (spool.waiting(), spool.quarantined()) == ([], [name])
    assert spool.put_back() == 1
    assert (spool.waiting(), spool.quarantined()) == ([name], [])


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT])
@pytest.mark.parametrize("step", ["open", "fsync", "replace"])
def test_a_disk_that_fails_keeps_nothing_and_says_so(monkeypatch, step, error):
    spool.prepare()

    def fail(*args, **kwargs):
        raise OSError(error, os.strerror(error))

    with monkeypatch.context() as patched:
        patched.setattr(os, step, fail)
        with pytest.raises(spool.SpoolClosed):
            spool.append(kept())
    assert spool.waiting() == []
    assert list(spool.folder().glob(".*")) == []


def appended(one: spool.Kept, *, signed: bool) -> bool:
    try:
        spool.append(one, signed=signed)
    except spool.SpoolClosed:
        return False
    return True


def test_a_full_spool_keeps_a_part_for_what_carriers_sign(settings):
    settings.SPOOL_MOST_MB = 1
    large = kept("x" * 100_000)
    taken = {signed: sum(appended(large, signed=signed) for _ in range(10)) for signed in (False, True)}
    assert 0 < taken[True] < taken[False] < 10
    assert spool._bytes_used() <= 1024 * 1024


def test_a_spool_that_was_deleted_is_made_anew(folder):
    import shutil

    spool.append(kept())
    shutil.rmtree(folder)
    spool.append(kept())
    assert len(spool.waiting()) == 1


@pytest.mark.parametrize("what", ["a file in its place", "a folder that cannot be made"])
def test_a_spool_that_cannot_be_written_is_said(settings, tmp_path, what):
    (tmp_path / "file").write_text("")
    settings.SPOOL_ROOT = tmp_path / "file" if what.startswith("a file") else "/proc/self/spool"
    assert spool.trouble().startswith("not writable: ")


def test_a_sound_spool_is_in_no_trouble_and_the_probe_leaves_nothing(folder):
    assert spool.trouble() == ""
    assert list((folder / "waiting").iterdir()) == []


def test_what_a_dead_writer_left_is_taken_in_if_whole_and_deleted_if_torn(folder):
    name = spool.append(kept()).name
    waiting = folder / "waiting"
    content = (waiting / name).read_bytes()
    (waiting / ".whole").write_bytes(content)
    (waiting / ".torn").write_bytes(content[:50])
    (waiting / ".young").write_bytes(content[:50])
    for left in (".whole", ".torn"):
        os.utime(waiting / left, (0, time.time() - 120))
    assert spool.clear_leftovers() == (1, 1)
    assert sorted(path.name for path in waiting.iterdir()) == sorted([".young", name, "whole"])
