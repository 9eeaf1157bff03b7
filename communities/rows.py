"""Rows read and written by statements made once a table, several on one way to the database and back.

Where an alert is on its way, most of the time goes to the ORM's making each statement anew and waiting for
the answer to each. These store and read what it would, for models of one table; a position is only read.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Model


class Asked(NamedTuple):
    """A question for `read`: what follows SELECT … FROM the model's table, or a whole statement.

    A whole one begins with WITH, if a model's rows are wanted of it, and gives `columns` of the model first.
    """

    sql: str
    params: Sequence | dict
    model: type[Model] | None = None


class _Held:
    """Writes that wait for the next statement of any other kind, which they precede."""

    def __init__(self) -> None:
        self.writes: list[tuple[str, Sequence]] = []

    def __call__(self, execute, sql, params, many, context):
        self.send()
        return execute(sql, params, many, context)

    def send(self) -> None:
        if self.writes:
            _in_one_go(())


@contextmanager
def together() -> Iterator[None]:
    """Hold writes of this thread back, and send them with the next statement, or at the end.

    To be used inside a transaction. What is wrong with a write is raised by whatever sends it.
    """
    if _held() is not None:
        yield
        return
    held = _Held()
    with connection.execute_wrapper(held):
        yield
        held.send()


def insert(row: Model, *, once: bool = False) -> None:
    """Store a new row, as `save(force_insert=True)` does; `once`: unless its key is there already."""
    sql, fields = _insert(type(row))
    values = [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields]
    _write(f"{sql} ON CONFLICT DO NOTHING" if once else sql, values)
    row._state.adding, row._state.db = False, connection.alias


def update(row: Model, fields: Sequence[str] = ()) -> None:
    """Store these fields of a row that is there, and locked, as `save(update_fields=…)` does; or all."""
    sql, columns, key = _update(type(row), tuple(fields))
    values = [field.get_db_prep_save(field.pre_save(row, False), connection) for field in (*columns, key)]
    _write(sql, values)


def read(*asked: Asked) -> list[list]:
    """Ask all questions at once; the answers to each in turn, as rows of its model or as tuples.

    What a statement gives beyond the model's columns comes with each row: (row, value, …).
    They are carried out one after the other, each seeing what is committed by then, as single statements do.
    """
    answers = _in_one_go([(_select(one), one.params) for one in asked])
    return [
        [_row(one.model, values) for values in found] if one.model else found
        for one, found in zip(asked, answers, strict=True)
    ]


def columns(model: type[Model]) -> str:
    """The columns of a model as `read` wants them, for a whole statement."""
    return _shape(model).columns


# --- Statements ---


class _Shape(NamedTuple):
    columns: str
    table: str
    names: list[str]
    converters: list[tuple[int, list, Any]]


@cache
def _shape(model: type[Model]) -> _Shape:
    compiler = model._base_manager.order_by().query.get_compiler(connection.alias)
    sql, _ = compiler.as_sql()
    columns, _, table = sql.removeprefix("SELECT ").rpartition(" FROM ")
    found = compiler.get_converters([expression for expression, _, _ in compiler.select])
    converters = [(place, convert, expression) for place, (convert, expression) in found.items()]
    return _Shape(columns, table, [field.attname for field in model._meta.concrete_fields], converters)


@cache
def _insert(model: type[Model]) -> tuple[str, list]:
    fields = model._meta.concrete_fields
    names = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    return f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({places})', fields  # noqa: S608 - names of ours


@cache
def _update(model: type[Model], names: tuple[str, ...]) -> tuple[str, list, Any]:
    key = model._meta.pk
    fields = [model._meta.get_field(name) for name in names] or [
        field for field in model._meta.concrete_fields if field is not key
    ]
    pairs = ", ".join(f'"{field.column}" = %s' for field in fields)
    return f'UPDATE "{model._meta.db_table}" SET {pairs} WHERE "{key.column}" = %s', fields, key  # noqa: S608


def _select(asked: Asked) -> str:
    if asked.model is None or asked.sql.lstrip().startswith("WITH "):
        return asked.sql
    shape = _shape(asked.model)
    return f"SELECT {shape.columns} FROM {shape.table} {asked.sql}"  # noqa: S608


def _row(model: type[Model], found: Sequence) -> Model | tuple:
    shape = _shape(model)
    count = len(shape.names)
    values = list(found[:count])
    for place, converters, expression in shape.converters:
        for convert in converters:
            values[place] = convert(values[place], expression, connection)
    row = model.from_db(connection.alias, shape.names, values)
    return (row, *found[count:]) if len(found) > count else row


# --- Their way ---


def _held() -> _Held | None:
    return next((one for one in connection.execute_wrappers if isinstance(one, _Held)), None)


def _write(sql: str, values: Sequence) -> None:
    held = _held()
    if held is not None:
        held.writes.append((sql, values))
        return
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def _in_one_go(questions: Sequence[tuple[str, Sequence]]) -> list[list[tuple]]:
    """Send what is held back and these, then wait; the answers to these."""
    held = _held()
    writes = []
    if held is not None:
        writes, held.writes = held.writes, []
    connection.ensure_connection()
    with ExitStack() as stack:
        with connection.wrap_database_errors, connection.connection.pipeline():
            if writes:
                writing = stack.enter_context(connection.cursor())
                for write in writes:
                    writing.execute(*write)
            cursors = [stack.enter_context(connection.cursor()) for _ in questions]
            for cursor, question in zip(cursors, questions, strict=True):
                cursor.execute(*question)
        return [cursor.fetchall() for cursor in cursors]
