namespace Backup.Sql.Engines;

/// <summary>Asks an engine what can be done with databases.</summary>
internal static class DatabaseAbilities
{
    /// <summary>What can be done with all of some databases.</summary>
    public static async ValueTask<EngineCapabilities> OfAsync(
        IDatabaseEngine engine, IEnumerable<string> databases, CancellationToken cancellationToken)
    {
        if (engine is not IDatabaseAbilities differing)
            return engine.Info.Capabilities;
        EngineCapabilities? common = null;
        foreach (var database in databases)
        {
            var abilities = await differing.GetAbilitiesAsync(database, cancellationToken).ConfigureAwait(false);
            common = common is { } others ? others & abilities : abilities;
        }

        return common ?? engine.Info.Capabilities;
    }
}
