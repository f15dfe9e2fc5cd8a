using System.Globalization;
using Backup.Sql.Diagnostics;
using Backup.Sql.State;

namespace Backup.Sql.Schedules;

/// <summary>The schedules of a state store, and the holds on history that belong to them.</summary>
internal sealed class ScheduleBook(IStateStore store, IRandomSource random)
{
    private readonly StateTable<ScheduleRecord> _schedules =
        new(store, "schedule", SchedulesJsonContext.Default.ScheduleRecord);

    private readonly StateTable<HoldRecord> _holds =
        new(store, "schedule-hold", SchedulesJsonContext.Default.HoldRecord);

    public async Task<IReadOnlyList<Stored<ScheduleRecord>>> ListAsync(CancellationToken cancellationToken) =>
        await _schedules.ListAsync(cancellationToken).ConfigureAwait(false);

    public async Task<Stored<ScheduleRecord>?> FindAsync(long id, CancellationToken cancellationToken) =>
        await _schedules.FindAsync(KeyOf(id), cancellationToken).ConfigureAwait(false);

    public async Task<Stored<ScheduleRecord>> GetAsync(long id, CancellationToken cancellationToken) =>
        await FindAsync(id, cancellationToken).ConfigureAwait(false) ?? throw Errors.ScheduleNotFound(id);

    public async Task<IReadOnlyList<Stored<HoldRecord>>> ListHoldsAsync(CancellationToken cancellationToken) =>
        await _holds.ListAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Makes all changes, or none when somebody else changed one of the entries meanwhile.</summary>
    public async Task<bool> TryCommitAsync(IReadOnlyList<StateChange> changes, CancellationToken cancellationToken) =>
        await store.TryCommitAsync(changes, cancellationToken).ConfigureAwait(false);

    public StateChange Add(ScheduleRecord schedule) => _schedules.Add(KeyOf(schedule.Id), schedule);

    public StateChange Replace(Stored<ScheduleRecord> seen, ScheduleRecord schedule) =>
        _schedules.Replace(seen, schedule);

    public StateChange Remove(Stored<ScheduleRecord> seen) => _schedules.Remove(seen);

    /// <summary>Writes a hold down for a job that will place or move it.</summary>
    public async Task<StateChange> WriteHoldAsync(HoldRecord hold, CancellationToken cancellationToken) =>
        await _holds.FindAsync(hold.Name, cancellationToken).ConfigureAwait(false) is { } seen
            ? _holds.Replace(seen, hold)
            : _holds.Add(hold.Name, hold);

    public StateChange Remove(Stored<HoldRecord> seen) => _holds.Remove(seen);

    /// <summary>A number for a new schedule: milliseconds since 1970 and random bits, as jobs have.</summary>
    public long NewId(DateTimeOffset now)
    {
        Span<byte> bits = stackalloc byte[4];
        random.Fill(bits);
        return (now.ToUnixTimeMilliseconds() << 22) | (BitConverter.ToUInt32(bits) & 0x3FFFFF);
    }

    /// <summary>A number's digits, as many for each, so that keys sort like numbers.</summary>
    private static string KeyOf(long id) => id.ToString("D19", CultureInfo.InvariantCulture);
}
