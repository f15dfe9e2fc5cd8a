using Backup.Sql.Rows;

namespace Backup.Sql.Postgres.Tests;

/// <summary>Keeps the rows of an export.</summary>
internal sealed class RowCollector : IRowVersionSink
{
    public List<(byte[] Key, byte[] Value)> Rows { get; } = [];

    /// <summary>Called with the number of rows after each.</summary>
    public Action<int>? AfterRow { get; init; }

    public bool Write(in RowVersion row)
    {
        Rows.Add((row.Key.ToArray(), row.Value.ToArray()));
        AfterRow?.Invoke(Rows.Count);
        return Rows.Count % 100 != 0;
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
}
