namespace Backup.Sql.Syntax;

/// <summary>The kinds of objects in a snapshot.</summary>
public enum SnapshotObjectType
{
    /// <summary>TABLE.</summary>
    Table,

    /// <summary>MATERIALIZED VIEW.</summary>
    MaterializedView,

    /// <summary>VIEW.</summary>
    View,

    /// <summary>FUNCTION.</summary>
    Function,
}
