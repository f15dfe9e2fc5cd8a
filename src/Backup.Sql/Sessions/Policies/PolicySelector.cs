using Backup.Sql.Binding;

namespace Backup.Sql.Sessions.Policies;

/// <summary>A database that a policy covers.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Exists">False if no engine holds it at present.</param>
internal sealed record SelectedDatabase(string Name, bool Exists);

/// <summary>Finds the databases that a policy covers, as they are now.</summary>
internal sealed class PolicySelector(BackupHost host)
{
    public async Task<IReadOnlyList<SelectedDatabase>> SelectAsync(
        PolicyRecord policy, CancellationToken cancellationToken)
    {
        var present = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var engine in host.Engines.Values)
        {
            var catalog = await engine.OpenCatalogAsync(null, cancellationToken).ConfigureAwait(false);
            await using var _ = catalog.ConfigureAwait(false);
            var databases = await catalog.GetDatabasesAsync(cancellationToken).ConfigureAwait(false);
            present.UnionWith(databases.Select(database => database.Name)
                .Except(engine.Info.BuiltInDatabases, StringComparer.Ordinal));
        }

        var known = host.Options.Databases;
        var chosen = policy.Selection switch
        {
            PolicySelection.Databases => policy.Items,
            PolicySelection.Scope => known.Where(pair => IsIn(policy.Items[0], pair.Value.Scope))
                .Select(pair => pair.Key),
            PolicySelection.Labels => known
                .Where(pair => LabelBinder.Match(
                    pair.Value.Labels.Select(label => $"{label.Key}={label.Value}"), policy.Items))
                .Select(pair => pair.Key),
            _ => present,
        };
        return [.. chosen.Order(StringComparer.Ordinal)
            .Select(name => new SelectedDatabase(name, present.Contains(name)))];
    }

    private static bool IsIn(string scope, string? actual) => actual is not null
        && (actual == scope || actual.StartsWith(scope + "/", StringComparison.Ordinal));
}
