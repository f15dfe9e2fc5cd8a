namespace Backup.Sql.Postgres.Tests;

/// <summary>
/// A video shop's database that uses about everything that PostgreSQL has: what goes through backup and restore must
/// come out of pg_dump the same.
/// </summary>
internal static class SampleSchema
{
    /// <summary>Roles are the server's: all databases share them.</summary>
    public const string Roles = """
        DO $$ BEGIN
            PERFORM pg_advisory_xact_lock(1);
            IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'shop_owner') THEN
                CREATE ROLE shop_owner; CREATE ROLE shop_clerk; CREATE ROLE "Shop Auditor";
            END IF;
        END $$
        """;

    public static IReadOnlyList<string> Statements { get; } =
    [
        "CREATE SCHEMA app AUTHORIZATION shop_owner",
        "CREATE SCHEMA \"Odd \"\" Name\"",
        "COMMENT ON SCHEMA app IS 'what the shop''s application owns'",
        "GRANT USAGE ON SCHEMA app TO shop_clerk, \"Shop Auditor\"",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO \"Shop Auditor\"",
        "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",

        "CREATE TYPE app.rating AS ENUM ('G', 'PG', 'it''s R')",
        "COMMENT ON TYPE app.rating IS 'who may watch'",
        "CREATE DOMAIN app.year AS integer CONSTRAINT year_check CHECK (VALUE >= 1901 AND VALUE <= 2155)",
        "CREATE DOMAIN app.email AS text COLLATE \"C\" NOT NULL DEFAULT 'nobody@example.org'",
        "CREATE TYPE app.address AS (street text, town text COLLATE \"C\", zip character varying(10))",
        "CREATE TYPE app.span AS RANGE (subtype = double precision, subtype_diff = float8mi)",
        "CREATE TYPE app.rated AS (rating app.rating, at timestamp with time zone)",

        "CREATE SEQUENCE app.codes AS integer START WITH 5 INCREMENT BY 5 MINVALUE 5 MAXVALUE 5000 CACHE 3 CYCLE",
        """
        CREATE FUNCTION app.total(price numeric, days integer DEFAULT 1) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT
        PARALLEL SAFE COST 5 AS $$ SELECT price * days $$
        """,
        """
        CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql SET search_path TO 'app' AS $body$
        BEGIN NEW.changed := now(); RETURN NEW; END $body$
        """,
        "CREATE FUNCTION app.is_year(n integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT n > 1900'",
        "CREATE FUNCTION app.next_code() RETURNS text LANGUAGE sql AS $$ SELECT 'c' || nextval('app.codes') $$",
        "CREATE PROCEDURE app.close_day(IN day date) LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN NULL; END $$",
        """
        CREATE FUNCTION app.concat_step(state text, item text) RETURNS text LANGUAGE sql IMMUTABLE
        RETURN ((COALESCE(state, ''::text) || ','::text) || item)
        """,
        "CREATE AGGREGATE app.concat_all(text) (SFUNC = app.concat_step, STYPE = text, INITCOND = '')",
        "GRANT EXECUTE ON FUNCTION app.total(numeric, integer) TO shop_clerk",
        "COMMENT ON FUNCTION app.touch() IS 'when a row changed'",
        "ALTER FUNCTION app.touch() OWNER TO shop_owner",

        "SELECT setval('app.codes', 105, false)",
        """
        CREATE TABLE app.film (
            film_id integer GENERATED ALWAYS AS IDENTITY (START WITH 100 CACHE 2) PRIMARY KEY,
            title text NOT NULL,
            description text COLLATE "C",
            release_year app.year,
            rating app.rating DEFAULT 'G'::app.rating,
            ratings app.rating[],
            price numeric(6,2) DEFAULT 4.99 NOT NULL,
            double_price numeric GENERATED ALWAYS AS (price * 2) STORED,
            code text DEFAULT app.next_code(),
            tags text[] DEFAULT '{}'::text[],
            facts jsonb,
            length interval,
            during app.span,
            changed timestamp with time zone DEFAULT CURRENT_TIMESTAMP,
            words tsvector,
            CONSTRAINT film_price_check CHECK (price >= 0),
            CONSTRAINT film_year_check CHECK (app.is_year(release_year)),
            CONSTRAINT film_title_key UNIQUE (title) WITH (fillfactor = 80)
        ) WITH (fillfactor = 70, toast.autovacuum_enabled = false)
        """,
        "ALTER TABLE app.film OWNER TO shop_owner",
        "ALTER TABLE app.film ALTER COLUMN description SET STORAGE EXTERNAL",
        "ALTER TABLE app.film ALTER COLUMN facts SET COMPRESSION lz4",
        "ALTER TABLE app.film ALTER COLUMN title SET STATISTICS 500",
        "ALTER TABLE app.film ALTER COLUMN title SET (n_distinct = -0.5)",
        "COMMENT ON TABLE app.film IS 'films; \"quoted\" and ''quoted'''",
        "COMMENT ON COLUMN app.film.title IS 'what it is called'",
        "COMMENT ON CONSTRAINT film_price_check ON app.film IS 'no gifts'",
        "GRANT SELECT, INSERT ON app.film TO shop_clerk WITH GRANT OPTION",
        "GRANT UPDATE (title, description) ON app.film TO \"Shop Auditor\"",
        "CREATE INDEX film_words_idx ON app.film USING gin (words)",
        "CREATE INDEX film_lower_idx ON app.film (lower(title) text_pattern_ops, price DESC NULLS LAST) INCLUDE (code)",
        "CREATE UNIQUE INDEX film_cheap_idx ON app.film (code) WHERE price < 1",
        "COMMENT ON INDEX app.film_cheap_idx IS 'cheap ones'",
        "ALTER INDEX app.film_lower_idx ALTER COLUMN 1 SET STATISTICS 300",
        "ALTER TABLE app.film CLUSTER ON film_title_key",
        "CREATE STATISTICS app.film_statistics (ndistinct, mcv) ON rating, release_year FROM app.film",
        "CREATE TRIGGER touch_film BEFORE INSERT OR UPDATE OF title ON app.film FOR EACH ROW WHEN (NEW.title IS NOT NULL) EXECUTE FUNCTION app.touch()",
        "CREATE TRIGGER \"odd ON app.film trigger\" AFTER DELETE ON app.film FOR EACH STATEMENT EXECUTE FUNCTION app.touch()",
        "ALTER TABLE app.film DISABLE TRIGGER \"odd ON app.film trigger\"",
        "COMMENT ON TRIGGER touch_film ON app.film IS 'touches'",
        "CREATE FUNCTION app.films_of(app.rating) RETURNS SETOF app.film LANGUAGE sql STABLE AS 'SELECT * FROM app.film WHERE rating = $1'",
        "CREATE FUNCTION app.count_films() RETURNS bigint LANGUAGE sql STABLE RETURN (SELECT count(*) AS count FROM app.film)",

        "CREATE TABLE app.store (store_id serial PRIMARY KEY, place app.address, mail app.email, best integer, boss integer)",
        "CREATE TABLE app.staff (staff_id bigserial PRIMARY KEY, store_id integer NOT NULL, name character varying(40), initials character(3), \"Odd \"\" Column\" boolean)",
        "ALTER TABLE app.staff ADD CONSTRAINT staff_store_fkey FOREIGN KEY (store_id) REFERENCES app.store(store_id) ON UPDATE CASCADE ON DELETE RESTRICT",
        "ALTER TABLE app.store ADD CONSTRAINT store_boss_fkey FOREIGN KEY (boss) REFERENCES app.staff(staff_id) DEFERRABLE INITIALLY DEFERRED",
        "ALTER TABLE app.store ADD CONSTRAINT store_best_fkey FOREIGN KEY (best) REFERENCES app.film(film_id) ON DELETE SET NULL (best) NOT VALID",
        "ALTER TABLE app.staff ADD CONSTRAINT staff_name_check CHECK (name <> '') NOT VALID",
        "ALTER TABLE app.staff REPLICA IDENTITY FULL",
        "ALTER TABLE app.staff ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE app.staff FORCE ROW LEVEL SECURITY",
        "CREATE POLICY own_store ON app.staff AS RESTRICTIVE FOR UPDATE TO shop_clerk USING (store_id = 1) WITH CHECK (store_id = 1)",
        "CREATE POLICY all_read ON app.staff FOR SELECT USING (true)",
        "CREATE RULE no_delete AS ON DELETE TO app.staff DO INSTEAD NOTHING",

        "CREATE TABLE app.payment (id bigint NOT NULL, day date NOT NULL, amount numeric(8,2), PRIMARY KEY (id, day)) PARTITION BY RANGE (day)",
        "CREATE INDEX payment_amount_idx ON app.payment (amount)",
        "CREATE TABLE app.payment_2025 PARTITION OF app.payment FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
        "CREATE TABLE app.payment_2026 PARTITION OF app.payment FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY LIST (id)",
        "CREATE TABLE app.payment_2026_big PARTITION OF app.payment_2026 FOR VALUES IN (300, 400)",
        "CREATE TABLE app.payment_2026_rest (amount numeric(8,2), extra text, id bigint NOT NULL, day date NOT NULL)",
        "ALTER TABLE app.payment_2026_rest DROP COLUMN extra",
        "ALTER TABLE app.payment_2026 ATTACH PARTITION app.payment_2026_rest DEFAULT",
        "CREATE TABLE app.payment_default PARTITION OF app.payment DEFAULT",
        "CREATE INDEX payment_2025_own_idx ON app.payment_2025 (day)",
        "CREATE TRIGGER touch_payment BEFORE UPDATE ON app.payment FOR EACH ROW EXECUTE FUNCTION app.touch()",
        "ALTER TABLE app.payment ADD COLUMN changed timestamptz DEFAULT now(), ADD COLUMN film integer",
        "ALTER TABLE app.payment ADD CONSTRAINT payment_film_fkey FOREIGN KEY (film) REFERENCES app.film",
        "ALTER TABLE app.payment ADD CONSTRAINT payment_amount_check CHECK (amount >= 0)",
        "CREATE TRIGGER own_trigger BEFORE INSERT ON app.payment_2025 FOR EACH ROW EXECUTE FUNCTION app.touch()",

        "CREATE TABLE app.person (id integer PRIMARY KEY, name text DEFAULT 'x', born date)",
        "CREATE TABLE app.employee (salary numeric CHECK (salary > 0)) INHERITS (app.person)",
        "ALTER TABLE app.employee ALTER COLUMN name SET DEFAULT 'y'",
        "CREATE UNLOGGED TABLE app.cache (key text PRIMARY KEY, value bytea, at time, moment timestamp, uid uuid, j json, r real, b \"char\")",
        "CREATE TABLE app.booking (room integer, during tsrange, EXCLUDE USING gist (during WITH &&))",
        "CREATE TABLE app.rated_film OF app.rated (PRIMARY KEY (at))",
        "CREATE TABLE app.log (line text, \"user\" name)",
        "CREATE TABLE \"Odd \"\" Name\".\"Odd \"\" Table\" (\"a \"\" b\" integer DEFAULT 1, \"select\" text)",
        "CREATE INDEX \"Odd \"\" Index\" ON \"Odd \"\" Name\".\"Odd \"\" Table\" (\"a \"\" b\")",

        "CREATE VIEW app.cheap WITH (security_barrier=true) AS SELECT film_id, title, app.total(price, 3) AS three FROM app.film WHERE price < 2",
        "CREATE VIEW app.cheaper AS SELECT * FROM app.cheap WHERE three < 1 WITH LOCAL CHECK OPTION",
        "CREATE VIEW app.a_first AS SELECT * FROM app.cheaper",
        "CREATE VIEW app.grouped AS SELECT film_id, title, count(*) FROM app.film GROUP BY film_id",
        "CREATE FUNCTION app.cut(app.cheap) RETURNS text LANGUAGE sql AS 'SELECT $1.title'",
        "ALTER VIEW app.cheap ALTER COLUMN title SET DEFAULT 'no title'",
        "COMMENT ON VIEW app.cheap IS 'cheap films'",
        "COMMENT ON COLUMN app.cheap.three IS 'three days'",
        "GRANT SELECT ON app.cheap TO PUBLIC",
        "CREATE RULE cheap_insert AS ON INSERT TO app.cheap DO INSTEAD INSERT INTO app.film (title) VALUES (NEW.title)",
        "CREATE TRIGGER cheap_update INSTEAD OF UPDATE ON app.cheap FOR EACH ROW EXECUTE FUNCTION app.touch()",
        "CREATE MATERIALIZED VIEW app.by_rating WITH (fillfactor=90) AS SELECT rating, count(*) AS films FROM app.film GROUP BY rating",
        "CREATE UNIQUE INDEX by_rating_idx ON app.by_rating (rating)",
        "CREATE MATERIALIZED VIEW app.by_nobody AS SELECT * FROM app.by_rating WITH NO DATA",
        "ALTER SEQUENCE app.codes OWNED BY app.log.line",
        "ALTER TABLE app.log REPLICA IDENTITY NOTHING",
    ];

    public static IReadOnlyList<string> Rows { get; } =
    [
        "INSERT INTO app.film (title, description, release_year, rating, ratings, price, facts, length, during) SELECT 'film ' || n, repeat('d', n), 1950 + n, 'it''s R', '{G,PG}', n, jsonb_build_object('n', n), n * interval '1 hour', app.span(n, n + 1) FROM generate_series(1, 50) n",
        "INSERT INTO app.store (place, mail) VALUES (ROW('Main St, 1', 'Zürich', '8000'), 'shop@example.org'), (NULL, 'other@example.org')",
        "INSERT INTO app.staff (store_id, name, initials, \"Odd \"\" Column\") VALUES (1, 'Ann', 'a', true), (2, 'Bo', NULL, NULL)",
        "UPDATE app.store SET boss = 1 WHERE store_id = 1",
        "INSERT INTO app.payment (id, day, amount, film) SELECT n, date '2025-06-01' + n, n, CASE WHEN n % 2 = 0 THEN 100 END FROM generate_series(1, 700) n",
        "INSERT INTO app.person VALUES (1, 'p', NULL)",
        "INSERT INTO app.employee VALUES (2, 'e', '2000-01-01', 100)",
        "INSERT INTO app.cache VALUES ('k', '\\x00ff', '12:00', '2026-01-01', '00112233-4455-6677-8899-aabbccddeeff', '{}', 1.5, 'x')",
        "INSERT INTO app.booking VALUES (1, '[2026-01-01, 2026-01-02)')",
        "INSERT INTO app.log VALUES ('one', 'me'), ('one', 'me'), (NULL, NULL)",
        "INSERT INTO \"Odd \"\" Name\".\"Odd \"\" Table\" DEFAULT VALUES",
        "REFRESH MATERIALIZED VIEW app.by_rating",
    ];
}
