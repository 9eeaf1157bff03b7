"""What a step that is in no table of states runs into: see communities.steps."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION suar_no_such_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is %, it cannot become %', TG_TABLE_NAME, to_jsonb(OLD) ->> TG_ARGV[0],
        to_jsonb(NEW) ->> TG_ARGV[0]
        USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("communities", "0005_zone_country")]

    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION suar_no_such_step();")]
