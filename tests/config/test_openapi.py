"""The committed contract is the one that is served."""

from pathlib import Path

import pytest
import yaml
from django.core.management import call_command

CONTRACT = Path(__file__).parents[2] / "docs" / "openapi.yaml"


def test_the_committed_schema_is_the_served_one_and_valid(tmp_path):
    """`make schema` writes it anew."""
    now = tmp_path / "openapi.yaml"
    call_command("spectacular", file=str(now), validate=True, fail_on_warn=True)
    assert now.read_text() == CONTRACT.read_text()


@pytest.mark.parametrize(
    "path", yaml.safe_load(CONTRACT.read_text())["paths"] if CONTRACT.exists() else [None]
)
def test_every_operation_says_what_it_does(path):
    for method, operation in yaml.safe_load(CONTRACT.read_text())["paths"][path].items():
        assert operation.get("description"), f"{method} {path}"
