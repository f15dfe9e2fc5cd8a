using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Engines;
using Backup.Sql.Rows;

namespace Backup.Sql.Execution;

/// <summary>
/// The engines that a running backup reads, found by the databases they hold. Disposing closes the snapshots.
/// </summary>
internal sealed class SourceSet : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<OpenedSource> _sources = [];

    /// <summary>The sources by name.</summary>
    public IReadOnlyList<OpenedSource> All
    {
        get
        {
            lock (_gate)
                return [.. _sources.OrderBy(source => source.Name, StringComparer.Ordinal)];
        }
    }

    /// <summary>The latest time of the snapshots; zero when there is none.</summary>
    public HlcTimestamp Timestamp =>
        All.Select(source => source.Snapshot?.Timestamp ?? HlcTimestamp.Zero).DefaultIfEmpty().Max();

    public void Add(OpenedSource source)
    {
        lock (_gate)
            _sources.Add(source);
    }

    /// <summary>The snapshot that a space is read from.</summary>
    public IEngineSnapshot SnapshotOf(Space space) =>
        All.First(source => source.Databases.Contains(space.Database, StringComparer.Ordinal)).Snapshot!;

    /// <summary>
    /// How the manifest is to describe the engines: the one that stands for the chain, and the list of all where that
    /// alone does not tell.
    /// </summary>
    /// <param name="chain">The chain that the layer is appended to; null for a full one.</param>
    public (EngineOrigin Main, IReadOnlyList<EngineOrigin>? Listed) Describe(Chain? chain)
    {
        var origins = All.Select(source => source.ToOrigin()).ToList();
        var full = chain?.Full.Manifest;
        var main = full is null
            ? origins[0]
            : origins.FirstOrDefault(origin => origin.ClusterId == full.ClusterId) ?? new EngineOrigin
            {
                Kind = full.EngineKind,
                Version = full.EngineVersion,
                Package = full.EnginePackage,
                ClusterId = full.ClusterId,
            };
        var toldByMain = origins.Count == 1 && ReferenceEquals(main, origins[0]) && !main.RestorePointOnly;
        return (main, toldByMain ? null : origins);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var source in All)
        {
            if (source.Snapshot is not null)
                await source.Snapshot.DisposeAsync().ConfigureAwait(false);
        }
    }
}
