namespace Backup.Sql.Syntax;

/// <summary>The direction of a sort.</summary>
public enum SortDirection
{
    /// <summary>Not written: ascending.</summary>
    Unspecified,

    /// <summary>ASC.</summary>
    Ascending,

    /// <summary>DESC.</summary>
    Descending,
}
