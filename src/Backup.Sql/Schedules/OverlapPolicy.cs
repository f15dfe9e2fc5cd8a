namespace Backup.Sql.Schedules;

/// <summary>What a schedule does when its time comes and an earlier run is still at work.</summary>
internal enum OverlapPolicy
{
    /// <summary>Runs when the earlier one has ended.</summary>
    Wait,

    /// <summary>Leaves this run out.</summary>
    Skip,

    /// <summary>Runs beside it.</summary>
    Start,
}
