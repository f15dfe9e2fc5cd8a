using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Rows;

namespace Backup.Sql.Sqlite.Tests;

/// <summary>Keeps versions of rows, deletions included.</summary>
internal sealed class VersionCollector : IRowVersionSink
{
    public List<(string Key, HlcTimestamp Time, string? Value)> Versions { get; } = [];

    public static async Task<List<(string Key, HlcTimestamp Time, string? Value)>> ReadAsync(
        IEngineSnapshot snapshot, Space space, ExportWindow window)
    {
        var sink = new VersionCollector();
        await snapshot.ExportAsync(space, KeySpan.All, window, sink);
        return sink.Versions;
    }

    public bool Write(in RowVersion row)
    {
        Versions.Add((
            Convert.ToHexString(row.Key), row.Timestamp, row.IsDeletion ? null : Convert.ToHexString(row.Value)));
        return Versions.Count % 5 != 0;
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
}
