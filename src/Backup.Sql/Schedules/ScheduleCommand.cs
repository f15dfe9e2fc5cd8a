using System.Text.Json.Serialization;

namespace Backup.Sql.Schedules;

/// <summary>What SHOW SCHEDULES shows of a schedule's work, as JSON.</summary>
/// <param name="Statement">The BACKUP statement, without secrets.</param>
/// <param name="Type">FULL or INCREMENTAL.</param>
/// <param name="Partner">The schedule of the same chains' other backups; null for none.</param>
internal sealed record ScheduleCommand(
    [property: JsonPropertyName("backup_statement")] string Statement,
    [property: JsonPropertyName("backup_type")] string Type,
    [property: JsonPropertyName("dependent_schedule_id")] long? Partner);
