using Backup.Sql.Binding;
using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;

namespace Backup.Sql.Planning;

/// <summary>What may be appended to a chain.</summary>
internal static class ChainRules
{
    public static void CheckAppend(Chain chain, EngineInfo engine, BoundBackup backup)
    {
        var parent = chain.Newest.Manifest;
        if (parent.EngineKind != engine.Kind)
            throw Errors.ForeignChain($"engine {parent.EngineKind}", $"engine {engine.Kind}");
        if (chain.Layers.Any(layer => layer.Manifest.ClusterId != engine.ClusterId))
            throw Errors.ForeignChain($"cluster {parent.ClusterId}", $"cluster {engine.ClusterId}");
        if (backup.AsOf is { } asOf && asOf <= parent.End)
            throw Errors.EndsBeforeParent(asOf.ToDateTimeOffset(), parent.End.ToDateTimeOffset());
        CheckCoverage(parent, backup.Scope);
    }

    private static void CheckCoverage(BackupManifest parent, BackupScope scope)
    {
        if (parent.IsFullCluster && !scope.IsCluster)
            throw Errors.ClusterChainNarrowed();
        if (scope.IsCluster && !parent.IsFullCluster)
            throw Errors.NotInParent("the whole cluster");
        if (!scope.IsCluster)
        {
            foreach (var database in scope.Databases.Except(parent.CompleteDatabases, StringComparer.Ordinal))
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
