"""The constraint as makemigrations and the schema editor see it."""

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.writer import MigrationWriter
from django.test.utils import isolate_apps

from communities.steps import Steps

TABLE = {"wet": {"dry"}, "dry": []}


def test_it_is_written_into_a_migration_and_read_back_the_same():
    made = Steps(field="state", allowed=TABLE, name="towel_steps")
    text, imports = MigrationWriter.serialize(made)
    assert eval(text, {"communities": __import__("communities.steps")}) == made, imports


@pytest.mark.parametrize(
    "other",
    [
        Steps(field="state", allowed={"wet": {"dry"}, "dry": {"wet"}}, name="towel_steps"),
        Steps(field="status", allowed=TABLE, name="towel_steps"),
        Steps(field="state", allowed=TABLE, name="other_steps"),
        models.UniqueConstraint(fields=["state"], name="towel_steps"),
    ],
    ids=["a step more", "another column", "another name", "another kind"],
)
def test_a_changed_table_is_another_constraint(other):
    assert Steps(field="state", allowed=TABLE, name="towel_steps") != other


@pytest.mark.django_db
@isolate_apps("communities")
def test_a_new_table_has_it_from_the_start_and_loses_it_again():
    class Towel(models.Model):
        state = models.CharField(max_length=5)

        class Meta:
            app_label = "communities"
            constraints = [Steps(field="state", allowed=TABLE, name="towel_steps")]

        def __str__(self) -> str:
            return self.state

    with connection.schema_editor(atomic=False) as editor:
        editor.create_model(Towel)
    towel = Towel.objects.create(state="dry")
    with (
        pytest.raises(IntegrityError, match="communities_towel is dry, it cannot become wet"),
        transaction.atomic(),
    ):
        Towel.objects.update(state="wet")
    with connection.schema_editor(atomic=False) as editor:
        editor.remove_constraint(Towel, Towel._meta.constraints[0])
    Towel.objects.update(state="wet")
    towel.refresh_from_db()
    assert towel.state == "wet"
