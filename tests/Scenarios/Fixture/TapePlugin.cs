using Backup.Sql.Diagnostics;
using Backup.Sql.Sessions.Registry;

namespace Backup.Sql.Scenarios.Fixture;

/// <summary>A plug-in for backups on tapes: <c>tape:late</c> is complete at the second look, <c>tape:torn</c> fails then.</summary>
internal sealed class TapePlugin : IBackupPlugin
{
    private readonly Dictionary<string, int> _looks = [];

    public string Name => "tape";

    public ValueTask<PluginBackup> InspectAsync(string handle, string database, CancellationToken cancellationToken = default)
    {
        if (!handle.StartsWith("tape:", StringComparison.Ordinal))
            throw new BackupSqlException(SqlStates.InvalidParameterValue, "no tape has that name") { Hint = "Write tape:<number>." };
        var again = (_looks[handle] = _looks.GetValueOrDefault(handle) + 1) > 1;
        return new(new PluginBackup
        {
            IsComplete = handle switch
            {
                "tape:late" => again,
                "tape:torn" => false,
                _ => true,
            },
            Failure = handle == "tape:torn" && again ? "the tape is torn" : null,
            Created = new DateTimeOffset(2029, 12, 24, 18, 0, 0, TimeSpan.Zero),
        });
    }

    public ValueTask DeleteAsync(string handle, CancellationToken cancellationToken = default)
    {
        _looks.Remove(handle);
        return default;
    }
}
