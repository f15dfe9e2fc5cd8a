using Backup.Sql.Binding;
using Backup.Sql.Engines;

namespace Backup.Sql.Planning;

/// <summary>Says why what a backup holds is of one point in time: what EXPLAIN shows of the choice.</summary>
internal static class ConsistencyReason
{
    public static string Of(
        BoundBackup backup, IReadOnlyList<BackupSource> sources, Func<BackupSource, EngineInfo> infoOf)
    {
        var engines = string.Join(", ", sources.Select(source => source.Engine));
        if (backup.Pause is null)
            return $"consistent by a plain snapshot: engine {engines} gives one point in time while writers work";
        if (sources.Count > 1)
            return $"consistent by a pause: the databases lie in several stores ({engines})";
        return infoOf(sources[0]).Capabilities.HasFlag(EngineCapabilities.NonTransactional)
            ? $"consistent by a pause: the store of engine {engines} has no transactions of its own"
            : $"consistent by a pause, as asked for: engine {engines} alone would do with a plain snapshot";
    }
}
