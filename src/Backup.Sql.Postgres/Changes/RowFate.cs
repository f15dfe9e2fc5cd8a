namespace Backup.Sql.Postgres.Changes;

/// <summary>What the log says about the row of a key that changed.</summary>
internal enum RowFate : byte
{
    /// <summary>Not enough: the snapshot is to be asked.</summary>
    Unsaid,

    /// <summary>There is none any more.</summary>
    Gone,

    /// <summary>All of it.</summary>
    Told,
}
