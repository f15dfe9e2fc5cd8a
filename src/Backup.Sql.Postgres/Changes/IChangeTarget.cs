using Backup.Sql.Catalog;

namespace Backup.Sql.Postgres.Changes;

/// <summary>Takes what a change stream tells, in the order of commits.</summary>
internal interface IChangeTarget
{
    /// <summary>From here on a relation's rows have this form.</summary>
    /// <param name="oid">The relation.</param>
    /// <param name="relation">Its form; null when it cannot be told.</param>
    void Describe(uint oid, StreamedTable? relation);

    /// <summary>A row was inserted, updated or deleted.</summary>
    /// <param name="oid">The relation.</param>
    /// <param name="time">When.</param>
    /// <param name="change">What the stream has of it.</param>
    void Take(uint oid, HlcTimestamp time, RowChange change);

    /// <summary>All rows went at once.</summary>
    void Truncate(uint oid);
}
