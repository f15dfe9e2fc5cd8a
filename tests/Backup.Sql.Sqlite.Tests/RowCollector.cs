using Backup.Sql.Rows;

namespace Backup.Sql.Sqlite.Tests;

/// <summary>Keeps rows, and insists on being flushed every few rows.</summary>
internal sealed class RowCollector(int rowsPerFlush = 7) : IRowVersionSink
{
    private int _sinceFlush;

    public List<(byte[] Key, byte[] Value)> Rows { get; } = [];

    public bool Write(in RowVersion row)
    {
        Assert.True(_sinceFlush < rowsPerFlush, "The sink was not flushed when it asked.");
        Assert.False(row.IsDeletion);
        Rows.Add((row.Key.ToArray(), row.Value.ToArray()));
        return ++_sinceFlush < rowsPerFlush;
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        _sinceFlush = 0;
        return ValueTask.CompletedTask;
    }
}
