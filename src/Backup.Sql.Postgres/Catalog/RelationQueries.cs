namespace Backup.Sql.Postgres.Catalog;

/// <summary>
/// Queries of tables and views, each for all of a database at once: oid, then what the reader asks for.
/// </summary>
internal static class RelationQueries
{
    private const string When = "CASE WHEN {0} THEN true END";

    /// <summary>Oid, kind, owner, parent when a partition, schema, name, definition.</summary>
    public static string Tables { get; } = $"""
        SELECT c.oid, c.relkind::text, pg_get_userbyid(c.relowner),
            CASE WHEN c.relispartition THEN (SELECT inhparent FROM pg_inherits WHERE inhrelid = c.oid) END,
            n.nspname::text, c.relname::text, json_strip_nulls(json_build_object(
            'schema', n.nspname, 'name', c.relname, 'owner', pg_get_userbyid(c.relowner),
            'unlogged', {Flag("c.relpersistence = 'u'")},
            'accessMethod', nullif(am.amname, 'heap'), 'options', array_to_json(c.reloptions),
            'toastOptions', array_to_json(toast.reloptions),
            'replicaIdentity', c.relreplident, 'rowSecurity', {Flag("c.relrowsecurity")},
            'forceRowSecurity', {Flag("c.relforcerowsecurity")},
            'ofType', CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END,
            'partitionKey', CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
            'partitionBound', CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END,
            'parents', (SELECT json_agg(json_build_object('schema', pn.nspname, 'name', pc.relname) ORDER BY i.inhseqno)
                FROM pg_inherits i JOIN pg_class pc ON pc.oid = i.inhparent JOIN pg_namespace pn ON pn.oid =
                  pc.relnamespace
                WHERE i.inhrelid = c.oid),
            'comment', obj_description(c.oid, 'pg_class'), 'grants', {CatalogSql.Grants("c.relacl")}))::text
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_am am ON am.oid = c.relam
            LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid
        WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND c.relnamespace IN {CatalogSql.Schemas}
            AND {CatalogSql.IsOwn("pg_class", "c.oid")}
        ORDER BY n.nspname, c.relname
        """;

    /// <summary>Oid, kind, owner, schema, name, definition.</summary>
    public static string Views { get; } = $"""
        SELECT c.oid, c.relkind::text, pg_get_userbyid(c.relowner), n.nspname::text, c.relname::text,
            json_strip_nulls(json_build_object('query', rtrim(pg_get_viewdef(c.oid), ';'),
            'options', array_to_json(c.reloptions), 'accessMethod', nullif(am.amname, 'heap'),
            'populated', {Flag("c.relispopulated")}, 'comment', obj_description(c.oid, 'pg_class'),
            'grants', {CatalogSql.Grants("c.relacl")}))::text
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_am am ON am.oid = c.relam
        WHERE c.relkind IN ('v', 'm') AND c.relpersistence <> 't' AND c.relnamespace IN {CatalogSql.Schemas}
            AND {CatalogSql.IsOwn("pg_class", "c.oid")}
        ORDER BY n.nspname, c.relname
        """;

    /// <summary>
    /// Oid of the relation, number, type, element's type of an array, type below domains, its modifier, sequence of an
    /// identity column, definition.
    /// </summary>
    public static string Columns { get; } = $"""
        WITH RECURSIVE base AS (
            SELECT oid, oid AS below, -1 AS modifier FROM pg_type WHERE typtype <> 'd'
            UNION ALL
            SELECT t.oid, b.below, CASE WHEN b.modifier = -1 THEN t.typtypmod ELSE b.modifier END
            FROM pg_type t JOIN base b ON b.oid = t.typbasetype WHERE t.typtype = 'd')
        SELECT a.attrelid, a.attnum::int, a.atttypid, CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END::oid,
          b.below,
            CASE WHEN a.atttypmod <> -1 THEN a.atttypmod ELSE b.modifier END, ids.seqrelid,
            json_strip_nulls(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
            'notNull', {Flag("a.attnotnull")}, 'default', pg_get_expr(d.adbin, d.adrelid),
            'generated', {Flag("a.attgenerated <> ''")},
            'defaultLater', {Flag("later.functions + later.sequences > 0")},
            'defaultIsNextValue', {Flag(
                "later.sequences = 1 AND later.functions = 0 "
                + "AND pg_get_expr(d.adbin, d.adrelid) ~ '^nextval\\(''.*''::regclass\\)$'")},
            'identity', ids.definition, 'collation', {CatalogSql.Collation("a.attcollation", "t.typcollation")},
            'storage', CASE WHEN a.attstorage <> t.typstorage THEN
                CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE
                  'EXTENDED' END END,
            'compression', CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
            'statisticsTarget', nullif(a.attstattarget, -1), 'options', array_to_json(a.attoptions),
            'local', {Flag("a.attislocal")}, 'comment', col_description(a.attrelid, a.attnum),
            'grants', {CatalogSql.Grants("a.attacl")}))::text
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
            JOIN base b ON b.oid = a.atttypid
            LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            LEFT JOIN LATERAL (SELECT
                count(DISTINCT refobjid) FILTER (WHERE refclassid = 'pg_proc'::regclass) AS functions,
                count(DISTINCT refobjid) FILTER (WHERE refclassid = 'pg_class'::regclass AND refobjid <> d.adrelid)
                    AS sequences
                FROM pg_depend WHERE classid = 'pg_attrdef'::regclass AND objid = d.oid AND refobjid >= 16384) later
                  ON true
            LEFT JOIN LATERAL (SELECT s.seqrelid, json_build_object('name', sc.relname, 'schema', sn.nspname,
                'always', {Flag("a.attidentity = 'a'")}, 'start', s.seqstart, 'increment', s.seqincrement,
                'minimum', s.seqmin, 'maximum', s.seqmax, 'cache', s.seqcache, 'cycle', {Flag("s.seqcycle")}) AS
                  definition
                FROM pg_depend sd JOIN pg_sequence s ON s.seqrelid = sd.objid JOIN pg_class sc ON sc.oid = s.seqrelid
                JOIN pg_namespace sn ON sn.oid = sc.relnamespace
                WHERE sd.classid = 'pg_class'::regclass AND sd.deptype = 'i' AND sd.refclassid = 'pg_class'::regclass
                    AND sd.refobjid = a.attrelid AND sd.refobjsubid = a.attnum AND a.attidentity <> '') ids ON true
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'c') AND c.relpersistence <> 't'
            AND c.relnamespace IN {CatalogSql.Schemas} AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attrelid, a.attnum
        """;

    /// <summary>
    /// Oid of the table, of the domain, columns, schema, table and columns referred to, actions, definition.
    /// </summary>
    public static string Constraints { get; } = $"""
        SELECT con.conrelid, con.contypid,
            {ColumnNames("con.conkey", "con.conrelid")}, fn.nspname::text, fc.relname::text,
            {ColumnNames("con.confkey", "con.confrelid")}, con.confdeltype::text, con.confupdtype::text,
            json_strip_nulls(json_build_object('name', con.conname, 'kind', con.contype,
            'definition', pg_get_constraintdef(con.oid), 'matchFull', {Flag("con.confmatchtype = 'f'")},
            'deleteColumns', array_to_json({DeleteColumns}),
            'local', {Flag("con.conislocal")}, 'options', array_to_json(ic.reloptions),
            'deferrable', {Flag("con.condeferrable")}, 'deferred', {Flag("con.condeferred")},
            'validated', con.convalidated,
            'later', {Flag("EXISTS (SELECT 1 FROM pg_depend WHERE classid = 'pg_constraint'::regclass AND objid = con.oid "
                + "AND refclassid = 'pg_proc'::regclass AND refobjid >= 16384)")},
            'parentIndex', CASE WHEN con.contype IN ('p', 'u', 'x') THEN {CatalogSql.ParentIndex("con.conindid")} END,
            'clustered', {Flag("i.indisclustered")}, 'replicaIdentity', {Flag("i.indisreplident")},
            'comment', obj_description(con.oid, 'pg_constraint')))::text
        FROM pg_constraint con
            LEFT JOIN pg_class fc ON fc.oid = con.confrelid AND con.contype = 'f'
            LEFT JOIN pg_namespace fn ON fn.oid = fc.relnamespace
            LEFT JOIN pg_index i ON i.indexrelid = con.conindid AND con.contype IN ('p', 'u', 'x')
            LEFT JOIN pg_class ic ON ic.oid = i.indexrelid
        WHERE con.connamespace IN {CatalogSql.Schemas} AND con.contype IN ('p', 'u', 'c', 'f', 'x')
            AND (con.contype <> 'f' OR con.conparentid = 0)
        ORDER BY con.conrelid, con.contypid, con.contype <> 'p', con.conname
        """;

    /// <summary>Oid of the table, name, unique, columns of a plain one, condition, definition.</summary>
    public static string Indexes { get; } = $"""
        SELECT i.indrelid, c.relname::text, i.indisunique,
            CASE WHEN am.amname = 'btree' AND 0 <> ALL (i.indkey)
                THEN {ColumnNames("(i.indkey::int2[])[0:i.indnkeyatts - 1]", "i.indrelid")} END,
            pg_get_expr(i.indpred, i.indrelid), json_strip_nulls(json_build_object(
            'name', c.relname, 'unique', {Flag("i.indisunique")},
            'definition', substr(pg_get_indexdef(i.indexrelid), length('CREATE ' || CASE WHEN i.indisunique THEN
              'UNIQUE '
                ELSE '' END || 'INDEX ' || quote_ident(c.relname) || ' ON ' || CASE c.relkind WHEN 'I' THEN 'ONLY '
                ELSE '' END || quote_ident(tn.nspname) || '.' || quote_ident(tc.relname)) + 2),
            'parentIndex', {CatalogSql.ParentIndex("i.indexrelid")}, 'clustered', {Flag("i.indisclustered")},
            'replicaIdentity', {Flag("i.indisreplident")},
            'statisticsTargets', (SELECT json_agg(attnum || '=' || attstattarget ORDER BY attnum) FROM pg_attribute
                WHERE attrelid = i.indexrelid AND attstattarget >= 0),
            'comment', obj_description(i.indexrelid, 'pg_class')))::text
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class tc ON tc.oid = i.indrelid
            JOIN pg_namespace tn ON tn.oid = tc.relnamespace JOIN pg_am am ON am.oid = c.relam
        WHERE tc.relkind IN ('r', 'p', 'm') AND tc.relnamespace IN {CatalogSql.Schemas} AND tc.relpersistence <> 't'
            AND (i.indisvalid OR c.relkind = 'I')
            AND NOT EXISTS (SELECT 1 FROM pg_constraint x WHERE x.conindid = i.indexrelid AND x.contype IN ('p',
              'u', 'x'))
        ORDER BY i.indrelid, c.relname
        """;

    /// <summary>Oid of the relation, definition.</summary>
    public static string Rules { get; } = """
        SELECT r.ev_class, json_strip_nulls(json_build_object('name', r.rulename,
            'event', CASE r.ev_type WHEN '2' THEN 'UPDATE' WHEN '3' THEN 'INSERT' WHEN '4' THEN 'DELETE'
                ELSE 'SELECT' END,
            'action', rtrim(substr(d.def, position(d.place in d.def) + length(d.place)), ';'), 'enabled', r.ev_enabled,
            'comment', obj_description(r.oid, 'pg_rewrite')))::text
        FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace,
            LATERAL (SELECT pg_get_ruledef(r.oid) AS def,
                ' TO ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS place) d
        WHERE r.rulename <> '_RETURN' AND r.oid >= 16384 ORDER BY r.ev_class, r.rulename
        """;

    /// <summary>Oid of the table, definition.</summary>
    public static string Policies { get; } = """
        SELECT p.polrelid, json_strip_nulls(json_build_object('name', p.polname, 'permissive', p.polpermissive,
            'command', CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
            'roles', (SELECT json_agg(rolname ORDER BY rolname) FROM pg_roles WHERE oid = ANY (p.polroles)),
            'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid),
            'comment', obj_description(p.oid, 'pg_policy')))::text
        FROM pg_policy p ORDER BY p.polrelid, p.polname
        """;

    /// <summary>Oid of the relation, definition.</summary>
    public static string Statistics { get; } = """
        SELECT s.stxrelid, json_strip_nulls(json_build_object('schema', n.nspname, 'name', s.stxname,
            'kinds', (SELECT json_agg(CASE k WHEN 'd' THEN 'ndistinct' WHEN 'f' THEN 'dependencies' ELSE 'mcv' END
              ORDER BY k)
                FROM unnest(s.stxkind) k WHERE k IN ('d', 'f', 'm')
                    AND array_length(s.stxkind, 1) - CASE WHEN 'e' = ANY (s.stxkind) THEN 1 ELSE 0 END < 3),
            'columns', pg_get_statisticsobjdef_columns(s.oid), 'target', nullif(s.stxstattarget, -1),
            'owner', pg_get_userbyid(s.stxowner), 'comment', obj_description(s.oid, 'pg_statistic_ext')))::text
        FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace ORDER BY s.stxrelid, n.nspname, s.stxname
        """;

    /// <summary>Oid of the trigger, of its relation, schema and name of the relation, name, definition.</summary>
    public static string Triggers { get; } = $"""
        SELECT t.oid, t.tgrelid, n.nspname::text, c.relname::text, t.tgname::text, json_strip_nulls(json_build_object(
            'name', t.tgname, 'constraint', {Flag("t.tgconstraint <> 0")},
            'timing', left(d.def, position(d.place in d.def) - 1),
            'action', substr(d.def, position(d.place in d.def) + length(d.place)),
            'enabled', t.tgenabled, 'comment', obj_description(t.oid, 'pg_trigger')))::text
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace,
            LATERAL (SELECT substr(pg_get_triggerdef(t.oid), length('CREATE ' || CASE WHEN t.tgconstraint <> 0
                THEN 'CONSTRAINT ' ELSE '' END || 'TRIGGER ' || quote_ident(t.tgname)) + 2) AS def,
                ' ON ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname) || ' ' AS place) d
        WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND c.relnamespace IN {CatalogSql.Schemas}
            AND {CatalogSql.IsOwn("pg_trigger", "t.oid")}
        ORDER BY n.nspname, c.relname, t.tgname
        """;

    /// <summary>The catalog has the column since version 15 only.</summary>
    private const string DeleteColumns = """
        (SELECT array_agg(pa.attname::text ORDER BY k.ord)
            FROM jsonb_array_elements_text(CASE jsonb_typeof(to_jsonb(con) -> 'confdelsetcols')
                WHEN 'array' THEN to_jsonb(con) -> 'confdelsetcols' END) WITH ORDINALITY k(num, ord)
            JOIN pg_attribute pa ON pa.attrelid = con.conrelid AND pa.attnum = k.num::int)
        """;

    private static string Flag(string condition) => When.Replace("{0}", condition, StringComparison.Ordinal);

    private static string ColumnNames(string numbers, string relation) => $"""
        (SELECT array_agg(ka.attname::text ORDER BY k.ord) FROM unnest({numbers}) WITH ORDINALITY k(num, ord)
            JOIN pg_attribute ka ON ka.attrelid = {relation} AND ka.attnum = k.num)
        """;
}
