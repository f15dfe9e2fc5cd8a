using System.Buffers.Binary;
using Backup.Sql.Catalog;
using Backup.Sql.Sqlite.History;
using Backup.Sql.Sqlite.Interop;
using Microsoft.Win32.SafeHandles;

namespace Backup.Sql.Sqlite.Pages;

/// <summary>Opens one point of one or more databases.</summary>
internal sealed class SnapshotOpener(ConnectionSource connections, EngineClock clock, TimeProvider timeProvider)
{
    private static readonly TimeSpan FirstPatience = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private readonly HistoryMarks _marks = new(clock, timeProvider, connections.BusyTimeout);

    /// <summary>Opens the databases at one point: no commit falls between any two of them.</summary>
    /// <param name="files">The databases, in the order of their names.</param>
    /// <param name="scratch">Gives a directory for copies, when one is needed.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The databases, and the time of the point: that of a mark in those that keep history.</returns>
    public async Task<(List<DatabaseSnapshot> Databases, HlcTimestamp Time)> OpenAsync(
        IReadOnlyList<DatabaseFile> files, Func<string> scratch, CancellationToken cancellationToken)
    {
        var isTracked = files.Any(IsTracked);
        var leaders = new List<Connection>();
        var snapshots = new List<DatabaseSnapshot>();
        HlcTimestamp time = default;
        try
        {
            using (var locks = files.Count > 1 || isTracked
                ? await LockAllAsync(files, cancellationToken).ConfigureAwait(false)
                : new WriteLocks())
            {
                if (isTracked)
                    time = await _marks.SetAsync(locks, cancellationToken).ConfigureAwait(false);
                foreach (var file in files)
                    leaders.Add(BeginRead(file));
                if (!isTracked)
                    time = clock.Next();
            }

            for (var i = 0; i < files.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                snapshots.Add(Hold(files[i], leaders[i], scratch));
            }

            return (snapshots, time);
        }
        catch
        {
            foreach (var leader in leaders.Skip(snapshots.Count))
                leader.Dispose();
            foreach (var snapshot in snapshots)
                await snapshot.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sets a mark in databases that keep history.</summary>
    public async Task MarkAsync(IReadOnlyList<DatabaseFile> files, CancellationToken cancellationToken)
    {
        using var locks = await LockAllAsync(files, cancellationToken).ConfigureAwait(false);
        await _marks.SetAsync(locks, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tells whether a database keeps history.</summary>
    public bool IsTracked(DatabaseFile file)
    {
        using var connection = connections.Open(file);
        return HistoryState.IsTracked(connection);
    }

    /// <summary>Opens a view of one database for a moment, whatever its journal mode.</summary>
    public DatabaseSnapshot OpenNow(DatabaseFile file)
    {
        var leader = BeginRead(file);
        try
        {
            return DatabaseSnapshot.Live(() => connections.Open(file), leader);
        }
        catch
        {
            leader.Dispose();
            throw;
        }
    }

    private Connection BeginRead(DatabaseFile file)
    {
        var leader = connections.Open(file);
        try
        {
            // BEGIN alone reads nothing; the point is the first read's.
            leader.Execute("BEGIN");
            leader.Execute("SELECT 1 FROM sqlite_master LIMIT 1");
            return leader;
        }
        catch
        {
            leader.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Takes the write lock of every database. Whoever waits too long for one lets go of all and tries again, so that a
    /// transaction over several databases in another order is never waited for for ever.
    /// </summary>
    private async Task<WriteLocks> LockAllAsync(IReadOnlyList<DatabaseFile> files, CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        var patience = FirstPatience;
        while (true)
        {
            var locks = new WriteLocks();
            string? refused;
            try
            {
                refused = await locks.TryTakeAsync(
                    connections, files, patience, timeProvider, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                locks.Dispose();
                throw;
            }

            if (refused is null)
                return locks;
            locks.Dispose();
            if (timeProvider.GetElapsedTime(started) > connections.BusyTimeout)
                throw SqliteErrors.DatabasesBusy(refused, connections.BusyTimeout);
            await Task.Delay(Pause, timeProvider, cancellationToken).ConfigureAwait(false);
            patience *= 2;
        }
    }

    private DatabaseSnapshot Hold(DatabaseFile file, Connection leader, Func<string> scratch)
    {
        var isLogged = leader.QueryText("PRAGMA journal_mode") == "wal";
        if (isLogged && Snapshot.IsSupportedBy(leader))
            return DatabaseSnapshot.Live(() => connections.Open(file), leader);

        // A reader of a rollback-journal database keeps writers from committing, and without the snapshot interface
        // nobody tells which frames belong to the transaction. One fast copy is the least that is in the way; it keeps
        // page numbers, which VACUUM INTO would not.
        var copy = Path.Combine(scratch(), file.Name + ".copy");
        Copy(leader, copy, isLogged);
        leader.Dispose();
        return DatabaseSnapshot.OfFile(connections, copy, file.Name);
    }

    private void Copy(Connection leader, string path, bool isLogged)
    {
        if (leader.QueryInteger("PRAGMA page_count") == 0)
        {
            // The backup interface would make a first page.
            File.Create(path).Dispose();
            return;
        }

        var firstPage = isLogged || leader.Native is null ? null : ReadFirstPage(leader);
        var schemaVersion = (int)leader.QueryInteger("PRAGMA schema_version");
        using (var target = connections.Open(path, leader.Database, OpenMode.Create))
        {
            target.Execute("PRAGMA journal_mode=OFF");
            target.Execute("PRAGMA synchronous=OFF");
            target.CopyFrom(leader);
        }

        RestoreHeader(path, firstPage, schemaVersion);
    }

    private static byte[] ReadFirstPage(Connection leader)
    {
        var page = new byte[leader.QueryInteger("PRAGMA page_size")];
        var code = VfsFile.OfDatabase(leader).Read(0, page);
        return code is ResultCodes.Ok or ResultCodes.ShortRead
            ? page
            : throw SqliteErrors.ReadFailed(leader.Database, code);
    }

    /// <summary>Puts back what the backup interface changes in the first page: counters, schema version.</summary>
    private static void RestoreHeader(string path, byte[]? firstPage, int schemaVersion)
    {
        const int schemaVersionOffset = 40;
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        if (firstPage is not null)
        {
            RandomAccess.Write(file, firstPage, 0);
            return;
        }

        Span<byte> version = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(version, schemaVersion);
        RandomAccess.Write(file, version, schemaVersionOffset);
    }
}
