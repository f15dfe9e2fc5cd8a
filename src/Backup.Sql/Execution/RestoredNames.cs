namespace Backup.Sql.Execution;

/// <summary>What the objects of a backup are called where they are restored to.</summary>
/// <param name="Databases">The whole databases, by the name that they had.</param>
/// <param name="Tables">
/// The tables, views and sequences named one by one, by the full name that they had: <c>shop.public.till</c>.
/// </param>
internal sealed record RestoredNames(
    IReadOnlyDictionary<string, string> Databases, IReadOnlyDictionary<string, string> Tables)
{
    public string? Database(string name) => Databases.GetValueOrDefault(name);

    public string? Table(string name)
    {
        if (Tables.TryGetValue(name, out var renamed))
            return renamed;
        foreach (var (before, after) in Databases)
        {
            if (name.StartsWith(before + ".", StringComparison.Ordinal))
                return after + name[before.Length..];
        }

        return null;
    }
}
