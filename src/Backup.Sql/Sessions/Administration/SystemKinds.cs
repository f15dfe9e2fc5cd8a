using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Backup.Sql.Access;
using Backup.Sql.Binding;
using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Execution;
using Backup.Sql.Schedules;
using Backup.Sql.Sessions.Schedules;

namespace Backup.Sql.Sessions.Administration;

/// <summary>The kinds of entries that backups carry, and what becomes of each when it comes back.</summary>
internal static class SystemKinds
{
    public const string Grants = GrantBook.Kind;
    public const string Users = RoleBook.Kind;

    /// <summary>The kinds that come back with a whole cluster, users before what belongs to them.</summary>
    public static IReadOnlyList<SystemKind> All { get; } =
        [new UserKind(), new GrantKind(), new ScheduleKind()];

    /// <summary>A kind as SHOW BACKUP names it: the table of the system database that holds it.</summary>
    public static string TableOf(string kind) => kind == Grants ? "privileges" : kind + "s";

    public static GrantRecord ReadGrant(JsonElement value) =>
        value.Deserialize(AccessJsonContext.Default.GrantRecord)!;

    private static SystemEntry With<T>(SystemEntry entry, string key, T value, JsonTypeInfo<T> json) =>
        entry with { Key = key, Value = JsonSerializer.SerializeToElement(value, json) };

    private sealed record UserKind() : SystemKind(Users);

    /// <summary>Grants follow their objects, under the name that these are restored with.</summary>
    private sealed record GrantKind() : SystemKind(Grants)
    {
        public override bool BelongsTo(JsonElement value, BackupScope scope)
        {
            var on = ReadGrant(value).On;
            return on.Kind switch
            {
                SecurableKind.Database or SecurableKind.TablesOfDatabase => scope.Databases.Contains(on.Name),
                SecurableKind.Table => scope.Objects.Any(table => table.Name == on.Name)
                    || scope.Databases.Any(name => on.Name.StartsWith(name + ".", StringComparison.Ordinal)),
                _ => false,
            };
        }

        public override string? UserOf(JsonElement value) => ReadGrant(value).Grantee;

        public override SystemEntry? Restored(SystemEntry entry, RestoredNames? names)
        {
            if (names is null)
                return entry;
            var grant = ReadGrant(entry.Value);
            var name = grant.On.Kind switch
            {
                SecurableKind.Database or SecurableKind.TablesOfDatabase => names.Database(grant.On.Name),
                SecurableKind.Table => names.Table(grant.On.Name),
                _ => null,
            };
            if (name is null)
                return null;
            var renamed = grant with { On = grant.On with { Name = name } };
            return With(
                entry, GrantBook.KeyOf(renamed.Grantee, renamed.On), renamed, AccessJsonContext.Default.GrantRecord);
        }
    }

    /// <summary>
    /// Schedules come back paused, for the installation that they were made in may still be running them; the runs and
    /// holds of that one are not theirs.
    /// </summary>
    private sealed record ScheduleKind() : SystemKind("schedule")
    {
        public override JsonElement Carried(JsonElement value)
        {
            var json = SchedulesJsonContext.Default.ScheduleRecord;
            var schedule = value.Deserialize(json)!;
            var backup = BackupSealing.LeaveOut(ScheduledStatement.Read(schedule));
            return JsonSerializer.SerializeToElement(
                schedule with { Backup = ScheduledStatement.Write(backup, schedule.Role) }, json);
        }

        public override SystemEntry? Restored(SystemEntry entry, RestoredNames? names)
        {
            var json = SchedulesJsonContext.Default.ScheduleRecord;
            var schedule = entry.Value.Deserialize(json)!;
            return With(
                entry, entry.Key, schedule.Paused("paused because it was restored") with { Hold = null, Runs = [] },
                json);
        }
    }
}
