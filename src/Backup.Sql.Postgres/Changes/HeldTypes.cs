namespace Backup.Sql.Postgres.Changes;

/// <summary>
/// Parts of queries about the types whose values a table holds, however deep: in arrays, domains, composites, ranges.
/// There are types in which rows come to say something else when nobody but a catalog was written.
/// </summary>
internal static class HeldTypes
{
    /// <summary>
    /// What a query begins with that uses the others: <c>labels</c>, of types with enumerations in them what their
    /// values are called; <c>numbers</c>, those that name something by its number (regclass and others), which may get
    /// another name any time.
    /// </summary>
    public const string With =
        """
        WITH RECURSIVE parts(type, part) AS (
          SELECT oid, typelem FROM pg_catalog.pg_type WHERE typelem <> 0
          UNION ALL SELECT oid, typbasetype FROM pg_catalog.pg_type WHERE typbasetype <> 0
          UNION ALL SELECT t.oid, a.atttypid FROM pg_catalog.pg_type t
            JOIN pg_catalog.pg_attribute a ON a.attrelid = t.typrelid WHERE a.attnum > 0 AND NOT a.attisdropped
          UNION ALL SELECT rngtypid, rngsubtype FROM pg_catalog.pg_range
          UNION ALL SELECT rngmultitypid, rngtypid FROM pg_catalog.pg_range),
        holders(type, held) AS (
          SELECT oid, oid FROM pg_catalog.pg_type
          WHERE typtype = 'e' OR typname LIKE 'reg%' AND typtype = 'b' AND typnamespace = 'pg_catalog'::regnamespace
          UNION SELECT p.type, h.held FROM holders h JOIN parts p ON p.part = h.type),
        labels(type, called) AS (
          SELECT h.type, pg_catalog.md5(pg_catalog.string_agg(e.oid || ' ' || e.enumlabel, ',' ORDER BY e.oid))
          FROM holders h JOIN pg_catalog.pg_enum e ON e.enumtypid = h.held GROUP BY h.type),
        numbers(type) AS (
          SELECT h.type FROM holders h JOIN pg_catalog.pg_type t ON t.oid = h.held WHERE t.typtype = 'b')
        """;

    /// <summary>What the values of enumerations in a relation <c>c</c> are called; NULL where it has none.</summary>
    public const string Labels =
        """
        (SELECT pg_catalog.string_agg(l.called, ' ' ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
          JOIN labels l ON l.type = a.atttypid WHERE a.attrelid = c.oid AND a.attnum > 0)
        """;

    /// <summary>True for a relation <c>c</c> that names nothing by its number.</summary>
    public const string IsLasting =
        """
        NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a JOIN numbers n ON n.type = a.atttypid
          WHERE a.attrelid = c.oid AND a.attnum > 0)
        """;
}
