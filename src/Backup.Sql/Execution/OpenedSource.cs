using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Engines;

namespace Backup.Sql.Execution;

/// <summary>An engine that a running backup reads.</summary>
/// <param name="Name">The engine's registered name.</param>
/// <param name="Engine">The engine.</param>
/// <param name="Databases">What is taken from it.</param>
/// <param name="Snapshot">One point of those; null for a store that recovers points in time by itself.</param>
internal sealed record OpenedSource(
    string Name, IDatabaseEngine Engine, IReadOnlyList<string> Databases, IEngineSnapshot? Snapshot)
{
    /// <summary>The source as a manifest describes it.</summary>
    public EngineOrigin ToOrigin() => new()
    {
        Name = Name,
        Kind = Engine.Info.Kind,
        Version = Engine.Info.Version,
        Package = Engine.Info.Package,
        ClusterId = Engine.Info.ClusterId,
        Databases = Databases,
        RestorePointOnly = Snapshot is null,
    };

    /// <summary>The databases alone, without what is in them.</summary>
    public async Task<IReadOnlyList<DatabaseDescriptor>> ReadDatabasesAsync(CancellationToken cancellationToken)
    {
        var catalog = await Engine.OpenCatalogAsync(null, cancellationToken).ConfigureAwait(false);
        await using var _ = catalog.ConfigureAwait(false);
        var all = await catalog.GetDatabasesAsync(cancellationToken).ConfigureAwait(false);
        return [.. all.Where(database => Databases.Contains(database.Name, StringComparer.Ordinal))];
    }
}
