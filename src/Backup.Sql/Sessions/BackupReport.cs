using Backup.Sql.Binding;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Execution;
using Backup.Sql.Rows;

namespace Backup.Sql.Sessions;

/// <summary>The rows of SHOW BACKUP in all its forms.</summary>
internal sealed class BackupReport(BackupHost host, IProgress<JobProgress>? progress)
{
    private static readonly ResultColumn[] FileColumns =
    [
        new("path", ResultType.String), new("backup_type", ResultType.String), new("start_pretty", ResultType.String),
        new("end_pretty", ResultType.String), new("start_key", ResultType.Bytes), new("end_key", ResultType.Bytes),
        new("size_bytes", ResultType.Int), new("rows", ResultType.Int), new("locality", ResultType.String),
        new("file_bytes", ResultType.Int),
    ];

    private static readonly ResultColumn[] RangeColumns = [.. FileColumns[2..6]];

    public async Task<StatementResult> RunAsync(BoundShowBackup show, CancellationToken cancellationToken)
    {
        var opened = await host.Collections.OpenAsync(
            show.Collection, show.IncrementalLocation, show.Keys, cancellationToken).ConfigureAwait(false);
        await using var _ = opened.ConfigureAwait(false);
        var collection = opened.Collection;
        var named = show is { WithIds: true, Subdirectory: { } id }
            ? await collection.FindByIdAsync(id, cancellationToken).ConfigureAwait(false)
            : null;
        if (show.Kind == ShowBackupKind.Validate)
        {
            return await new BackupValidation(host, progress)
                .RunAsync(show, collection, named?.Subdirectory ?? show.Subdirectory, cancellationToken)
                .ConfigureAwait(false);
        }

        var subdirectory = named?.Subdirectory ?? show.Subdirectory
            ?? await collection.GetLatestAsync(cancellationToken).ConfigureAwait(false)
            ?? throw Errors.NoFullBackup();
        var chain = named ?? await collection.LoadChainAsync(subdirectory, cancellationToken).ConfigureAwait(false);
        if (named is null)
            show = await WithLostAsync(show, chain, cancellationToken).ConfigureAwait(false);
        if (show.CheckFiles)
            await CheckFilesAsync(chain, cancellationToken).ConfigureAwait(false);
        if (show.AsJson)
        {
            var manifests = new List<object?[]>();
            foreach (var layer in chain.Layers)
                manifests.Add([await JsonAsync(collection, layer, cancellationToken).ConfigureAwait(false)]);
            return Result(show, [new("manifest", ResultType.Json)], manifests);
        }

        return show.Kind switch
        {
            ShowBackupKind.Files => Result(show, FileColumns, Files(chain, show)),
            ShowBackupKind.Ranges => Result(show, RangeColumns, Ranges(chain)),
            _ => Result(
                show, ObjectRows.Columns(show), ObjectRows.Of(chain, show).Concat(ObjectRows.OfSystem(chain, show))),
        };
    }

    /// <summary>Tells of backups that are gone, as far as the registry knows.</summary>
    private async Task<BoundShowBackup> WithLostAsync(
        BoundShowBackup show, Chain chain, CancellationToken cancellationToken)
    {
        if (chain.Subdirectory.Length == 0 || await host.Known.FindLostAsync(
            show.Collection, show.IncrementalLocation, chain.Subdirectory, show.Subdirectory is null, chain.End,
            cancellationToken).ConfigureAwait(false) is not { } lost)
            return show;
        var notice = $"the newer backup '{lost.Directory}' is gone, which the registry knows as {lost.Name}";
        return show with { Notices = [.. show.Notices, notice] };
    }

    private static StatementResult Result(
        BoundShowBackup show, IReadOnlyList<ResultColumn> columns, IEnumerable<object?[]> rows)
    {
        var all = rows.ToList();
        return ResultSet.Of($"SHOW BACKUP {all.Count}", columns, all, show.Notices);
    }

    /// <summary>A manifest as it is stored, and behind it what was noted of the layer since.</summary>
    private static async Task<string> JsonAsync(
        Collection collection, ChainLayer layer, CancellationToken cancellationToken)
    {
        var manifest = layer.Manifest.ToJson();
        var note = await collection.Notes.ReadAsync(layer.Manifest.LayerId, cancellationToken).ConfigureAwait(false);
        return note == new LayerNote() ? manifest : $"{manifest[..^1]},\"notes\":{note.ToJson()}}}";
    }

    private static async Task CheckFilesAsync(Chain chain, CancellationToken cancellationToken)
    {
        const int MostNamed = 10;
        var missing = new List<string>();
        await foreach (var finding in Verification.CheckFilesAsync(chain, cancellationToken).ConfigureAwait(false))
            missing.Add(finding.Path);
        if (missing.Count > 0)
            throw Errors.FilesMissing(missing.Take(MostNamed), missing.Count);
    }

    private static IEnumerable<object?[]> Files(Chain chain, BoundShowBackup show) =>
        from layer in chain.Layers
        from space in layer.Manifest.Spaces
        from file in space.Files.Concat(space.DigestFiles)
        select new object?[]
        {
            layer.PathOf(file.Name), TypeOf(layer), Pretty(space.Space, file.FirstKey),
            Pretty(space.Space, file.LastKey),
            file.FirstKey.ToArray(), file.LastKey.ToArray(), file.RawBytes, file.Rows,
            file.Locality ?? (layer.Manifest.Localities is null ? null : "default"),
            show.CheckFiles ? file.Length : -1L,
        };

    private static IEnumerable<object?[]> Ranges(Chain chain) =>
        from space in chain.Newest.Manifest.Spaces
        let covering = chain.LayersOf(space.Space).SelectMany(layer => layer.Space.Files).ToList()
        where covering.Count > 0
        let first = covering.Select(f => f.FirstKey).MinBy(key => key, KeyOrder.Instance)
        let last = covering.Select(f => f.LastKey).MaxBy(key => key, KeyOrder.Instance)
        select new object?[] { Pretty(space.Space, first), Pretty(space.Space, last), first.ToArray(), last.ToArray() };

    internal static string TypeOf(ChainLayer layer) => layer.Manifest.Kind == LayerKind.Full ? "full" : "incremental";

    private static string Pretty(Space space, ReadOnlyMemory<byte> key) => space switch
    {
        PageSpace pages => $"/{pages.Database}/page/{Convert.ToHexStringLower(key.Span)}",
        TableSpace table => $"/{table.Database}/{table.TableId}/{Convert.ToHexStringLower(key.Span)}",
        _ => Convert.ToHexStringLower(key.Span),
    };

    /// <summary>Keys in byte order.</summary>
    private sealed class KeyOrder : IComparer<ReadOnlyMemory<byte>>
    {
        public static KeyOrder Instance { get; } = new();

        public int Compare(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceCompareTo(y.Span);
    }
}
