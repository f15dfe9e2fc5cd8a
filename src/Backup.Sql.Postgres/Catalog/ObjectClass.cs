namespace Backup.Sql.Postgres.Catalog;

/// <summary>What an object id numbers. The numbers are part of ids in manifests: they are never reused.</summary>
internal enum ObjectClass
{
    /// <summary>A database; the object's own oid is 0.</summary>
    Database = 0,

    /// <summary>A row of <c>pg_class</c>: table, view, sequence.</summary>
    Relation = 1,

    /// <summary>A row of <c>pg_type</c>.</summary>
    Type = 2,

    /// <summary>A row of <c>pg_proc</c>.</summary>
    Function = 3,

    /// <summary>A row of <c>pg_trigger</c>.</summary>
    Trigger = 4,

    /// <summary>A row of <c>pg_namespace</c>.</summary>
    Schema = 5,

    /// <summary>A row of any other catalog.</summary>
    Other = 6,
}
