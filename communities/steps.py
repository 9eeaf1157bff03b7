"""A table of states that PostgreSQL keeps too: an UPDATE to a state that it does not list is refused."""

from collections.abc import Iterable, Mapping

from django.db import models
from django.db.backends.ddl_references import Statement, Table

#: What may follow each state. A state stands for itself without being listed.
StepTable = Mapping[str, Iterable[str]]


class Steps(models.BaseConstraint):
    """Which value of a row's `field` may follow which; others raise IntegrityError (SQLSTATE 23514).

    Holds for raw SQL, bulk updates and code that forgot to look. A row may be inserted in any state.
    It is a trigger whose condition holds the whole table: a step that is allowed, and an update of
    other columns, run no function. As a constraint of the model it is changed by `makemigrations`,
    so that a table cannot change without a migration.
    """

    def __init__(self, *, field: str, allowed: StepTable, name: str, **kwargs) -> None:
        super().__init__(name=name, **kwargs)
        self.field = field
        self.allowed = {str(old): sorted(map(str, new)) for old, new in sorted(allowed.items())}

    def constraint_sql(self, model, schema_editor) -> None:
        """Nothing inside CREATE TABLE; the trigger follows it."""
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))

    def create_sql(self, model, schema_editor) -> Statement:
        steps = sorted(f"{old}>{new}" for old, following in self.allowed.items() for new in following)
        return Statement(
            "CREATE TRIGGER %(name)s BEFORE UPDATE OF %(column)s ON %(table)s FOR EACH ROW "
            "WHEN (OLD.%(column)s <> NEW.%(column)s "
            "AND OLD.%(column)s || '>' || NEW.%(column)s <> ALL (%(steps)s)) "
            "EXECUTE FUNCTION suar_no_such_step(%(argument)s)",
            **self._names(model, schema_editor),
            steps=schema_editor.quote_value("{" + ",".join(steps) + "}") + "::text[]",
        )

    def remove_sql(self, model, schema_editor) -> Statement:
        return Statement("DROP TRIGGER %(name)s ON %(table)s", **self._names(model, schema_editor))

    def validate(self, model, instance, exclude=None, using="default") -> None:
        """A form does not know the old state; the database does."""

    def deconstruct(self):
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {"field": self.field, "allowed": self.allowed}

    def __eq__(self, other) -> bool:
        return self.deconstruct() == other.deconstruct() if isinstance(other, Steps) else NotImplemented

    __hash__ = None

    def _names(self, model, schema_editor) -> dict:
        column = model._meta.get_field(self.field).column
        return {
            "name": schema_editor.quote_name(self.name),
            "table": Table(model._meta.db_table, schema_editor.quote_name),
            "column": schema_editor.quote_name(column),
            "argument": schema_editor.quote_value(column),
        }
