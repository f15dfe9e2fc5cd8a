namespace Backup.Sql.Postgres.Changes;

/// <summary>What a line of the log says of a key at one change.</summary>
internal enum LineKind
{
    /// <summary>What its row was before.</summary>
    Before,

    /// <summary>It had no row before.</summary>
    NotYet,

    /// <summary>What its row was after.</summary>
    After,

    /// <summary>It had no row after.</summary>
    Gone,
}
