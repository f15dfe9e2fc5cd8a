using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Rows;
using Backup.Sql.Sqlite.History;
using Backup.Sql.Sqlite.Interop;
using Backup.Sql.Sqlite.Pages;

namespace Backup.Sql.Sqlite.Restore;

/// <summary>A database put together aside from its pages, to be read and thrown away.</summary>
internal sealed class PageMaterialisation(
    PageFileWriter writer, string database, ConnectionSource connections, PastOpener past, EngineClock clock)
        : IPageMaterialisation
{
    public async ValueTask IngestAsync(IRowSource pages, CancellationToken cancellationToken = default) =>
        await writer.IngestAsync(pages, cancellationToken).ConfigureAwait(false);

    public ValueTask<IEngineSnapshot> OpenAsync(
        HlcTimestamp? asOf = null, CancellationToken cancellationToken = default)
    {
        writer.Complete(durable: false);
        if (asOf is { } time)
            past.TakeBack(writer.Path, database, time, whole: false, cancellationToken);
        var opened = DatabaseSnapshot.OfFile(connections, writer.Path, database, isPast: asOf is not null);
        return new(new SqliteSnapshot(clock.Next(), [opened], null));
    }

    public ValueTask DisposeAsync()
    {
        writer.Dispose();
        File.Delete(writer.Path);
        return ValueTask.CompletedTask;
    }
}
