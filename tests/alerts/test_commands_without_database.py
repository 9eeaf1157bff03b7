"""Commands that an officer gives in an outage say in a sentence what is wrong."""

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection


@pytest.mark.parametrize("command", [["sign_duty_numbers"], ["issue_token", "lumut4"]])
def test_without_a_database_one_sentence_and_no_traceback(command, monkeypatch, settings, tmp_path, db):
    def away(*args, **kwargs):
        raise OperationalError("connection refused")

    settings.SPOOL_ROOT = tmp_path / "spool"
    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", away)
        with pytest.raises(CommandError, match=r"^The database does not answer; .*\.$"):
            call_command(*command)
