using Backup.Sql.Collections;
using Backup.Sql.Engines;

namespace Backup.Sql.Planning;

/// <summary>
/// Finds the engine that each database of a backup goes back into: the one that the statement names, or else the one
/// that it came from, or else one of the same kind, or else the default one.
/// </summary>
/// <param name="engines">The registered engines.</param>
/// <param name="given">The engine of the statement, or the default one.</param>
/// <param name="isGiven">True if the statement names it.</param>
internal sealed class Destinations(
    IReadOnlyDictionary<string, IDatabaseEngine> engines, string given, bool isGiven)
{
    private readonly Dictionary<string, Destination> _known = new(StringComparer.Ordinal);

    /// <summary>The engine's name for what came from an engine.</summary>
    public string NameFor(EngineOrigin origin)
    {
        if (isGiven || engines.Count == 1)
            return given;
        var sameKind = engines.Keys.Where(name => engines[name].Info.Kind == origin.Kind)
            .OrderBy(name => engines[name].Info.ClusterId == origin.ClusterId ? 0 : 1)
            .ThenBy(name => name == origin.Name ? 0 : 1)
            .ThenBy(name => name == given ? 0 : 1)
            .ThenBy(name => name, StringComparer.Ordinal);
        return sameKind.FirstOrDefault() ?? given;
    }

    /// <summary>What is there already, where databases that came from an engine go.</summary>
    public Task<Destination> ForAsync(EngineOrigin origin, CancellationToken cancellationToken) =>
        ReadAsync(NameFor(origin), cancellationToken);

    private async Task<Destination> ReadAsync(string name, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(name, out var known))
            return known;
        var engine = engines[name];
        var catalog = await engine.OpenCatalogAsync(null, cancellationToken).ConfigureAwait(false);
        await using var _ = catalog.ConfigureAwait(false);
        return _known[name] = await Destination.ReadAsync(name, engine, catalog, cancellationToken)
            .ConfigureAwait(false);
    }
}
