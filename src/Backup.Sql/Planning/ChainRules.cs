using Backup.Sql.Binding;
using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;

namespace Backup.Sql.Planning;

/// <summary>What may be appended to a chain.</summary>
internal static class ChainRules
{
    /// <summary>A layer's data lies at the same localities as that of the layers below.</summary>
    public static void CheckLocalities(Chain chain, IReadOnlyList<string>? wanted)
    {
        var before = chain.Newest.Manifest.Localities ?? [];
        if (!before.SequenceEqual(wanted ?? [], StringComparer.Ordinal))
            throw Errors.LocalitiesChanged(wanted ?? [], before);
    }

    public static void CheckAppend(
        Chain chain, IReadOnlyList<(BackupSource Source, EngineInfo Engine)> sources, BoundBackup backup)
    {
        var parent = chain.Newest.Manifest;
        foreach (var (source, engine) in sources)
            CheckOrigin(chain, source, engine);
        if (backup.AsOf is { } asOf && asOf <= parent.End)
            throw Errors.EndsBeforeParent(asOf.ToDateTimeOffset(), parent.End.ToDateTimeOffset());
        CheckCoverage(parent, backup.Scope);
    }

    /// <summary>
    /// Every layer's databases came from the same cluster. One that no layer knows is for the coverage to refuse, but
    /// in a chain of one engine the engine is the better reason.
    /// </summary>
    private static void CheckOrigin(Chain chain, BackupSource source, EngineInfo engine)
    {
        foreach (var database in source.Scope.AllDatabases())
        {
            var known = chain.Layers.Select(layer => layer.Manifest.OriginOf(database)).OfType<EngineOrigin>()
                .ToList();
            if (known.Count == 0 && chain.Full.Manifest.Engines is null)
                known.Add(chain.Full.Manifest.Origins[0]);
            foreach (var origin in known)
            {
                if (origin.Kind != engine.Kind)
                    throw Errors.ForeignChain($"engine {origin.Kind}", $"engine {engine.Kind}");
                if (origin.ClusterId != engine.ClusterId)
                    throw Errors.ForeignChain($"cluster {origin.ClusterId}", $"cluster {engine.ClusterId}");
            }
        }
    }

    private static void CheckCoverage(BackupManifest parent, BackupScope scope)
    {
        if (parent.IsFullCluster && !scope.IsCluster)
            throw Errors.ClusterChainNarrowed();
        if (scope.IsCluster && !parent.IsFullCluster)
            throw Errors.NotInParent("the whole cluster");
        if (!scope.IsCluster)
        {
            // Of a store that recovers by itself the parent has the time and no rows: nothing that could be missing.
            var noted = parent.Origins.Where(origin => origin.RestorePointOnly).SelectMany(o => o.Databases);
            var covered = parent.CompleteDatabases.Concat(noted);
            foreach (var database in scope.Databases.Except(covered, StringComparer.Ordinal))
                throw Errors.NotInParent($"the complete database \"{database}\"");
        }

        foreach (var table in scope.Objects)
        {
            var covered = parent.CompleteDatabases.Contains(table.Database, StringComparer.Ordinal)
                || parent.Objects.Any(o => o.Id == table.Id && o.Database == table.Database);
            if (!covered)
                throw Errors.NotInParent($"table \"{table.Name}\"");
        }
    }
}
