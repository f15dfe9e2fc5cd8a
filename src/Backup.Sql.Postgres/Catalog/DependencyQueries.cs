namespace Backup.Sql.Postgres.Catalog;

/// <summary>Who needs whom, in the server's numbers.</summary>
internal static class DependencyQueries
{
    /// <summary>
    /// Catalog and oid of the one that needs, of the one that is needed; 0 for what came with the server.
    /// </summary>
    public const string Dependencies = """
        SELECT classid, objid, refclassid, refobjid FROM pg_depend
        WHERE deptype IN ('n', 'a', 'i', 'P', 'S') AND refobjid >= 16384 AND objid >= 16384
            AND classid <> 0 AND refclassid <> 0
        """;

    /// <summary>Catalog and oid of a part, catalog and oid of the whole that it belongs to.</summary>
    public const string Parts = """
        SELECT 'pg_attrdef'::regclass::oid, oid, 'pg_class'::regclass::oid, adrelid FROM pg_attrdef
        UNION ALL SELECT 'pg_constraint'::regclass, oid, CASE WHEN conrelid <> 0 THEN 'pg_class'::regclass
            ELSE 'pg_type'::regclass END, CASE WHEN conrelid <> 0 THEN conrelid ELSE contypid END FROM pg_constraint
        UNION ALL SELECT 'pg_rewrite'::regclass, oid, 'pg_class'::regclass, ev_class FROM pg_rewrite WHERE oid >= 16384
        UNION ALL SELECT 'pg_policy'::regclass, oid, 'pg_class'::regclass, polrelid FROM pg_policy
        UNION ALL SELECT 'pg_statistic_ext'::regclass, oid, 'pg_class'::regclass, stxrelid FROM pg_statistic_ext
        UNION ALL SELECT 'pg_class'::regclass, indexrelid, 'pg_class'::regclass, indrelid FROM pg_index
            WHERE indexrelid >= 16384
        UNION ALL SELECT 'pg_class'::regclass, inhrelid, 'pg_class'::regclass, inhparent FROM pg_inherits
            JOIN pg_class c ON c.oid = inhrelid AND c.relispartition AND c.relkind IN ('r', 'p')
        UNION ALL SELECT 'pg_type'::regclass, t.oid, 'pg_class'::regclass, t.typrelid FROM pg_type t
            JOIN pg_class c ON c.oid = t.typrelid AND c.relkind <> 'c' WHERE t.oid >= 16384
        UNION ALL SELECT 'pg_class'::regclass, t.typrelid, 'pg_type'::regclass, t.oid FROM pg_type t
            JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c' WHERE t.oid >= 16384
        UNION ALL SELECT 'pg_type'::regclass, t.oid, 'pg_type'::regclass, t.typelem FROM pg_type t
            WHERE t.typcategory = 'A' AND t.typelem <> 0 AND t.oid >= 16384
        UNION ALL SELECT 'pg_type'::regclass, rngmultitypid, 'pg_type'::regclass, rngtypid FROM pg_range
        """;

    /// <summary>Number of each default of a column: oid, table, column.</summary>
    public const string Defaults = "SELECT oid, adrelid, adnum::int FROM pg_attrdef";

    /// <summary>The catalogs whose objects are descriptors: class, type, function, schema, trigger.</summary>
    public const string Catalogs =
        "SELECT 'pg_class'::regclass::oid, 'pg_type'::regclass::oid, 'pg_proc'::regclass::oid, "
        + "'pg_namespace'::regclass::oid, 'pg_trigger'::regclass::oid, 'pg_attrdef'::regclass::oid";
}
