using Backup.Sql.Binding;
using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Planning;

/// <summary>
/// Compares the regions of what is restored with those that there are where it goes, unless the statement says not to;
/// or takes them away.
/// </summary>
internal sealed class RegionRules(BoundRestore restore, RestorePoint point)
{
    private readonly SortedSet<string> _notices = new(StringComparer.Ordinal);
    private bool _met;

    /// <summary>What the user should know, as sentences.</summary>
    public IEnumerable<string> Notices
    {
        get
        {
            if (_met || !restore.SkipLocalities)
                return _notices;
            var option = restore.RemoveRegions ? "remove_regions" : "skip_localities_check";
            return [$"option {option} had nothing to do: nothing that is restored has regions"];
        }
    }

    /// <summary>An object as it is to be made there.</summary>
    /// <exception cref="BackupSqlException">55000 regions are missing there, or a table cannot do without.</exception>
    public ObjectDescriptor Apply(ObjectDescriptor target, ObjectDescriptor source, Destination destination)
    {
        if (source is not (DatabaseDescriptor { Regions.Count: > 0 } or TableDescriptor { RegionalByRow: true }))
            return target;
        _met = true;
        if (restore.RemoveRegions && source is TableDescriptor)
            throw Errors.TableNeedsRegions(source.Name);
        var regions = RegionsOf(source.Database);
        if (!restore.SkipLocalities)
            RequireRegions(regions, destination);
        var keeps = destination.Info.Regions.Count > 0 && !restore.RemoveRegions;
        if (!keeps && !restore.RemoveRegions)
        {
            _notices.Add($"the regions of {source.Database} ({string.Join(", ", regions)}) were left out: engine "
                + $"{destination.Engine} has none");
        }

        return target switch
        {
            DatabaseDescriptor database when !keeps => database with { Regions = null },
            TableDescriptor table when !keeps => table with { RegionalByRow = false },
            _ => target,
        };
    }

    private static void RequireRegions(IReadOnlyList<string> regions, Destination destination)
    {
        var missing = regions.Except(destination.Info.Regions, destination.Comparer).ToList();
        if (missing.Count > 0)
            throw Errors.RegionsMissing(missing, destination.Engine, destination.Info.Regions);
    }

    private IReadOnlyList<string> RegionsOf(string database) =>
        point.Objects.OfType<DatabaseDescriptor>().FirstOrDefault(d => d.Name == database)?.Regions ?? [];
}
