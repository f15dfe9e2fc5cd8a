namespace Backup.Sql.Postgres.Catalog;

/// <summary>
/// Parts that the queries of the catalog share. The search path is empty: pg_catalog is all that they see.
/// </summary>
internal static class CatalogSql
{
    /// <summary>Where what restores note in a database lies; no catalog shows it.</summary>
    public const string OwnSchema = "backupsql";

    /// <summary>The schemas of users.</summary>
    public const string Schemas =
        "(SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'backupsql'))";

    /// <summary>True for what an extension did not bring.</summary>
    public static string IsOwn(string catalog, string oid) =>
        $"NOT EXISTS (SELECT 1 FROM pg_depend x WHERE x.classid = '{catalog}'::regclass AND x.objid = {oid} "
        + "AND x.deptype = 'e')";

    /// <summary>Rights as JSON; NULL where they are the usual ones.</summary>
    public static string Grants(string acl) => $"""
        CASE WHEN {acl} IS NOT NULL THEN (
            SELECT coalesce(json_agg(json_build_object(
                'grantee', ge.rolname, 'privilege', a.privilege_type, 'grantable', nullif(a.is_grantable, false),
                'grantor', gr.rolname) ORDER BY a.ord), '[]'::json)
            FROM aclexplode({acl}) WITH ORDINALITY a(grantor, grantee, privilege_type, is_grantable, ord)
            LEFT JOIN pg_roles ge ON ge.oid = a.grantee LEFT JOIN pg_roles gr ON gr.oid = a.grantor
            WHERE a.grantee = 0 OR ge.oid IS NOT NULL) END
        """;

    /// <summary>The name of a collation, where it is not the usual one of the type.</summary>
    public static string Collation(string collation, string usual) => $"""
        (SELECT quote_ident(cn.nspname) || '.' || quote_ident(co.collname) FROM pg_collation co
            JOIN pg_namespace cn ON cn.oid = co.collnamespace
            WHERE co.oid = {collation} AND co.oid <> {usual})
        """;

    /// <summary>The index that an index is a part of.</summary>
    public static string ParentIndex(string index) => $"""
        (SELECT json_build_object('schema', pin.nspname, 'name', pic.relname) FROM pg_inherits pi
            JOIN pg_class pic ON pic.oid = pi.inhparent JOIN pg_namespace pin ON pin.oid = pic.relnamespace
            WHERE pi.inhrelid = {index})
        """;
}
