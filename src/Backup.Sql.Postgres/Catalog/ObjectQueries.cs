namespace Backup.Sql.Postgres.Catalog;

/// <summary>Queries of what is no table or view, each for all of a database at once.</summary>
internal static class ObjectQueries
{
    /// <summary>Oid, owner, definition of the database that is asked.</summary>
    public static string Database { get; } = $"""
        SELECT d.oid, pg_get_userbyid(d.datdba), json_strip_nulls(json_build_object(
            'encoding', pg_encoding_to_char(d.encoding), 'collate', d.datcollate, 'ctype', d.datctype,
            'provider', to_jsonb(d) ->> 'datlocprovider',
            'icuLocale', coalesce(to_jsonb(d) ->> 'daticulocale', to_jsonb(d) ->> 'datlocale'),
            'connectionLimit', d.datconnlimit, 'isTemplate', d.datistemplate,
            'settings', (SELECT json_agg(s ORDER BY o) FROM pg_db_role_setting r,
                unnest(r.setconfig) WITH ORDINALITY u(s, o) WHERE r.setdatabase = d.oid AND r.setrole = 0 AND s !~
                  '^backupsql\.'),
            'roleSettings', (SELECT json_agg(json_build_object('role', a.rolname, 'setting', s) ORDER BY a.rolname, o)
                FROM pg_db_role_setting r JOIN pg_roles a ON a.oid = r.setrole,
                unnest(r.setconfig) WITH ORDINALITY u(s, o)
                WHERE r.setdatabase = d.oid),
            'extensions', (SELECT json_agg(json_build_object('name', e.extname, 'schema', n.nspname,
                'version', e.extversion, 'comment', obj_description(e.oid, 'pg_extension'),
                'grants', {MemberGrants}) ORDER BY e.oid)
                FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace),
            'defaultGrants', (SELECT json_agg(json_build_object('role', pg_get_userbyid(a.defaclrole),
                'schema', n.nspname, 'objects', CASE a.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES'
                    WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' ELSE 'SCHEMAS' END,
                'grants', {CatalogSql.Grants("a.defaclacl")},
                'usual', CASE WHEN a.defaclnamespace = 0 THEN {CatalogSql.Grants(
                    "acldefault(CASE a.defaclobjtype WHEN 'S' THEN 's'::\"char\" ELSE a.defaclobjtype END, a.defaclrole)")}
                    ELSE '[]'::json END)
                ORDER BY pg_get_userbyid(a.defaclrole), n.nspname NULLS FIRST, a.defaclobjtype)
                FROM pg_default_acl a LEFT JOIN pg_namespace n ON n.oid = a.defaclnamespace),
            'comment', shobj_description(d.oid, 'pg_database'), 'grants', {CatalogSql.Grants("d.datacl")}))::text
        FROM pg_database d WHERE d.datname = current_database()
        """;

    /// <summary>Oid, name, owner, definition.</summary>
    public static string Schemas { get; } = $"""
        SELECT n.oid, n.nspname::text, pg_get_userbyid(n.nspowner), json_strip_nulls(json_build_object(
            'comment', obj_description(n.oid, 'pg_namespace'), 'grants', {CatalogSql.Grants("n.nspacl")}))::text
        FROM pg_namespace n WHERE n.oid IN {CatalogSql.Schemas} AND {CatalogSql.IsOwn("pg_namespace", "n.oid")}
        ORDER BY n.nspname
        """;

    /// <summary>
    /// Oid, schema, name, owner, type, start, increment, minimum, maximum, owning table, column, definition.
    /// </summary>
    public static string Sequences { get; } = $"""
        SELECT c.oid, n.nspname::text, c.relname::text, pg_get_userbyid(c.relowner), s.seqstart, s.seqincrement,
          s.seqmin,
            s.seqmax, o.refobjid, oa.attname::text, json_strip_nulls(json_build_object(
            'type', format_type(s.seqtypid, NULL), 'cache', s.seqcache, 'cycle', CASE WHEN s.seqcycle THEN true END,
            'unlogged', CASE WHEN c.relpersistence = 'u' THEN true END,
            'comment', obj_description(c.oid, 'pg_class'), 'grants', {CatalogSql.Grants("c.relacl")}))::text
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_sequence s ON s.seqrelid = c.oid
            LEFT JOIN pg_depend o ON o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.deptype IN ('a', 'i')
                AND o.refclassid = 'pg_class'::regclass AND o.refobjsubid > 0
            LEFT JOIN pg_attribute oa ON oa.attrelid = o.refobjid AND oa.attnum = o.refobjsubid
        WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND c.relnamespace IN {CatalogSql.Schemas}
            AND o.deptype IS DISTINCT FROM 'i' AND {CatalogSql.IsOwn("pg_class", "c.oid")}
        ORDER BY n.nspname, c.relname
        """;

    /// <summary>Oid and name of every sequence, those of identity columns too.</summary>
    public static string SequenceNames { get; } = $"""
        SELECT c.oid, quote_ident(n.nspname) || '.' || quote_ident(c.relname)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND c.relnamespace IN {CatalogSql.Schemas}
            AND {CatalogSql.IsOwn("pg_class", "c.oid")}
        ORDER BY c.oid
        """;

    /// <summary>Oid, schema, name, owner, oid of the relation of a composite type, members, definition.</summary>
    public static string Types { get; } = $"""
        SELECT t.oid, n.nspname::text, t.typname::text, pg_get_userbyid(t.typowner), t.typrelid,
            (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid),
            json_strip_nulls(json_build_object('kind', t.typtype,
            'baseType', CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END,
            'collation', CASE WHEN t.typtype = 'd' THEN {CatalogSql.Collation(
                "t.typcollation", "(SELECT typcollation FROM pg_type WHERE oid = t.typbasetype)")} END,
            'default', CASE WHEN t.typtype = 'd' THEN coalesce(pg_get_expr(t.typdefaultbin, 0),
              quote_literal(t.typdefault)) END,
            'notNull', CASE WHEN t.typnotnull THEN true END,
            'range', 'SUBTYPE = ' || format_type(r.rngsubtype, NULL)
                || ', SUBTYPE_OPCLASS = ' || (SELECT quote_ident(opn.nspname) || '.' || quote_ident(opc.opcname)
                    FROM pg_opclass opc JOIN pg_namespace opn ON opn.oid = opc.opcnamespace WHERE opc.oid = r.rngsubopc)
                || coalesce(', COLLATION = ' || {CatalogSql.Collation(
                    "r.rngcollation", "(SELECT typcollation FROM pg_type WHERE oid = r.rngsubtype)")}, '')
                || CASE WHEN r.rngcanonical <> 0 THEN ', CANONICAL = ' || r.rngcanonical::regproc ELSE '' END
                || CASE WHEN r.rngsubdiff <> 0 THEN ', SUBTYPE_DIFF = ' || r.rngsubdiff::regproc ELSE '' END
                || ', MULTIRANGE_TYPE_NAME = ' || format_type(r.rngmultitypid, NULL),
            'comment', obj_description(t.oid, 'pg_type'), 'grants', {CatalogSql.Grants("t.typacl")}))::text
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_range r ON r.rngtypid = t.oid
            LEFT JOIN pg_class rc ON rc.oid = t.typrelid
        WHERE t.typtype IN ('e', 'd', 'c', 'r') AND (t.typrelid = 0 OR rc.relkind = 'c')
            AND t.typnamespace IN {CatalogSql.Schemas} AND {CatalogSql.IsOwn("pg_type", "t.oid")}
        ORDER BY n.nspname, t.typname
        """;

    /// <summary>Oid, schema, name with arguments, owner, definition.</summary>
    public static string Functions { get; } = $"""
        SELECT p.oid, n.nspname::text, quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) ||
          ')',
            pg_get_userbyid(p.proowner), json_strip_nulls(json_build_object('name', p.proname,
            'kind', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' WHEN 'a' THEN 'AGGREGATE' ELSE 'FUNCTION' END,
            'arguments', CASE WHEN p.prokind = 'a' AND p.pronargs = 0 THEN '*'
                ELSE pg_get_function_identity_arguments(p.oid) END,
            'definition', CASE WHEN p.prokind = 'a' THEN {Aggregate} ELSE
                substr(pg_get_functiondef(p.oid), length('CREATE OR REPLACE ' || CASE p.prokind WHEN 'p' THEN
                  'PROCEDURE '
                    ELSE 'FUNCTION ' END || quote_ident(n.nspname) || '.' || quote_ident(p.proname)) + 1) END,
            'comment', obj_description(p.oid, 'pg_proc'), 'grants', {CatalogSql.Grants("p.proacl")}))::text
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace LEFT JOIN pg_aggregate a ON a.aggfnoid = p.oid
        WHERE p.pronamespace IN {CatalogSql.Schemas} AND {CatalogSql.IsOwn("pg_proc", "p.oid")}
            AND NOT EXISTS (SELECT 1 FROM pg_depend x WHERE x.classid = 'pg_proc'::regclass AND x.objid = p.oid
                AND x.deptype = 'i')
        ORDER BY n.nspname, 3
        """;

    /// <summary>What no backup carries, one sentence each.</summary>
    public static string NotCarried { get; } = $"""
        SELECT 'the ' || count(*) || ' large objects' FROM pg_largeobject_metadata HAVING count(*) > 0
        UNION ALL SELECT 'event trigger ' || evtname FROM pg_event_trigger WHERE
          {CatalogSql.IsOwn("pg_event_trigger", "oid")}
        UNION ALL SELECT 'foreign-data wrapper ' || fdwname FROM pg_foreign_data_wrapper
            WHERE {CatalogSql.IsOwn("pg_foreign_data_wrapper", "oid")}
        UNION ALL SELECT 'foreign server ' || srvname FROM pg_foreign_server
        UNION ALL SELECT 'foreign table ' || c.relname FROM pg_class c WHERE c.relkind = 'f'
        UNION ALL SELECT 'publication ' || pubname FROM pg_publication WHERE pubname NOT LIKE 'backupsql%'
        UNION ALL SELECT 'subscription ' || subname FROM pg_subscription
            WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        UNION ALL SELECT 'the ' || count(*) || ' security labels' FROM pg_seclabel HAVING count(*) > 0
        UNION ALL SELECT 'the place of ' || c.relname || ' in tablespace ' || s.spcname FROM pg_class c
            JOIN pg_tablespace s ON s.oid = c.reltablespace
            WHERE c.reltablespace <> 0 AND c.relnamespace IN {CatalogSql.Schemas}
        UNION ALL SELECT 'base type ' || t.typname FROM pg_type t WHERE t.typtype IN ('b', 'p') AND t.typelem = 0
            AND t.typnamespace IN {CatalogSql.Schemas} AND {CatalogSql.IsOwn("pg_type", "t.oid")}
        UNION ALL SELECT 'collation ' || collname FROM pg_collation
            WHERE collnamespace IN {CatalogSql.Schemas} AND {CatalogSql.IsOwn("pg_collation", "oid")}
        UNION ALL SELECT 'conversion ' || conname FROM pg_conversion WHERE connamespace IN {CatalogSql.Schemas}
        UNION ALL SELECT 'operator ' || oprname FROM pg_operator
            WHERE oprnamespace IN {CatalogSql.Schemas} AND {CatalogSql.IsOwn("pg_operator", "oid")}
        UNION ALL SELECT 'operator class ' || opcname FROM pg_opclass
            WHERE opcnamespace IN {CatalogSql.Schemas} AND {CatalogSql.IsOwn("pg_opclass", "oid")}
        UNION ALL SELECT 'operator family ' || opfname FROM pg_opfamily
            WHERE opfnamespace IN {CatalogSql.Schemas} AND {CatalogSql.IsOwn("pg_opfamily", "oid")}
        UNION ALL SELECT 'text search configuration ' || cfgname FROM pg_ts_config
            WHERE cfgnamespace IN {CatalogSql.Schemas} AND {CatalogSql.IsOwn("pg_ts_config", "oid")}
        UNION ALL SELECT 'text search dictionary ' || dictname FROM pg_ts_dict
            WHERE dictnamespace IN {CatalogSql.Schemas} AND {CatalogSql.IsOwn("pg_ts_dict", "oid")}
        UNION ALL SELECT 'cast ' || format_type(castsource, NULL) || ' as ' || format_type(casttarget, NULL) FROM
          pg_cast
            WHERE oid >= 16384 AND NOT EXISTS (SELECT 1 FROM pg_depend x WHERE x.classid = 'pg_cast'::regclass
                AND x.objid = pg_cast.oid AND x.deptype IN ('e', 'i'))
        UNION ALL SELECT 'language ' || lanname FROM pg_language
            WHERE oid >= 16384 AND {CatalogSql.IsOwn("pg_language", "oid")}
        UNION ALL SELECT 'the rows of table ' || c.relname || ', which belongs to extension ' || e.extname
            FROM pg_extension e, unnest(e.extconfig) x JOIN pg_class c ON c.oid = x
        ORDER BY 1
        """;

    /// <summary>Rights on members of extension e that are not those that it set when it was made.</summary>
    private static string MemberGrants => $"""
        (SELECT json_agg(json_build_object('kind', m.kind, 'schema', mn.nspname, 'name', m.name,
            'arguments', m.arguments, 'grants', {CatalogSql.Grants("m.acl")}) ORDER BY mn.nspname, m.name, m.arguments)
            FROM pg_depend x JOIN (
                SELECT 'pg_proc'::regclass AS catalog, oid, pronamespace AS schema, proname AS name,
                    pg_get_function_identity_arguments(oid) AS arguments,
                    CASE prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END AS kind,
                    proacl AS acl, acldefault('f', proowner) AS usual FROM pg_proc
                UNION ALL SELECT 'pg_class'::regclass, oid, relnamespace, relname, NULL,
                    CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, relacl,
                    acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner) FROM pg_class
                UNION ALL SELECT 'pg_type'::regclass, oid, typnamespace, typname, NULL, 'TYPE', typacl,
                    acldefault('T', typowner) FROM pg_type) m ON m.catalog = x.classid AND m.oid = x.objid
            JOIN pg_namespace mn ON mn.oid = m.schema
            LEFT JOIN pg_init_privs i ON i.classoid = x.classid AND i.objoid = x.objid AND i.objsubid = 0
            WHERE x.refclassid = 'pg_extension'::regclass AND x.refobjid = e.oid AND x.deptype = 'e'
                AND m.acl IS NOT NULL AND m.acl <> coalesce(i.initprivs, m.usual))
        """;

    private const string Aggregate = """
        '(' || CASE WHEN p.pronargs = 0 THEN '*' ELSE pg_get_function_arguments(p.oid) END || ') (SFUNC = '
            || a.aggtransfn::regproc || ', STYPE = ' || format_type(a.aggtranstype, NULL)
            || CASE WHEN a.aggtransspace > 0 THEN ', SSPACE = ' || a.aggtransspace ELSE '' END
            || CASE WHEN a.aggfinalfn <> 0 THEN ', FINALFUNC = ' || a.aggfinalfn::regproc ELSE '' END
            || CASE WHEN a.aggfinalextra THEN ', FINALFUNC_EXTRA' ELSE '' END
            || CASE WHEN a.aggcombinefn <> 0 THEN ', COMBINEFUNC = ' || a.aggcombinefn::regproc ELSE '' END
            || CASE WHEN a.aggserialfn <> 0 THEN ', SERIALFUNC = ' || a.aggserialfn::regproc ELSE '' END
            || CASE WHEN a.aggdeserialfn <> 0 THEN ', DESERIALFUNC = ' || a.aggdeserialfn::regproc ELSE '' END
            || CASE WHEN a.agginitval IS NOT NULL THEN ', INITCOND = ' || quote_literal(a.agginitval) ELSE '' END
            || CASE WHEN a.aggmtransfn <> 0 THEN ', MSFUNC = ' || a.aggmtransfn::regproc || ', MINVFUNC = '
                || a.aggminvtransfn::regproc || ', MSTYPE = ' || format_type(a.aggmtranstype, NULL) ELSE '' END
            || CASE WHEN a.aggmfinalfn <> 0 THEN ', MFINALFUNC = ' || a.aggmfinalfn::regproc ELSE '' END
            || CASE WHEN a.aggminitval IS NOT NULL THEN ', MINITCOND = ' || quote_literal(a.aggminitval) ELSE '' END
            || CASE p.proparallel WHEN 's' THEN ', PARALLEL = safe' WHEN 'r' THEN ', PARALLEL = restricted' ELSE '' END
            || CASE WHEN a.aggkind = 'h' THEN ', HYPOTHETICAL' ELSE '' END || ')'
        """;
}
