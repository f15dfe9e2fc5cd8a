using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;

namespace Backup.Sql.Execution.Pauses;

/// <summary>One engine of a pause, with what shows that it stood still.</summary>
internal sealed class PausedEngine(
    string name, IDatabaseEngine engine, IPauseController controller, PauseEntry entry, TimeProvider time)
{
    private readonly ControllerCalls _calls = new(name, controller, time);
    private IReadOnlyList<string> _before = [];
    private IReadOnlyList<string> _after = [];
    private HlcTimestamp _clockAtStart;
    private HlcTimestamp _clockAtEnd;

    public string Name => name;

    public PauseEntry Entry => entry;

    public TimeSpan KnownSkew => controller.KnownClockSkew;

    public async Task ReadMembersAsync(CancellationToken cancellationToken) =>
        _before = Describe(await _calls.GetMembersAsync(cancellationToken).ConfigureAwait(false));

    public async Task PauseAsync(PauseRequest request, CancellationToken cancellationToken)
    {
        if (!await _calls.PauseAsync(request, cancellationToken).ConfigureAwait(false))
            throw Errors.DrainTimedOut(name, request.DrainLimit);
    }

    /// <summary>The pause stands: asks for proof, and reads the engine's clock.</summary>
    public async Task ProveStartAsync(CancellationToken cancellationToken)
    {
        await ProveAsync(cancellationToken).ConfigureAwait(false);
        _clockAtStart = await engine.GetCurrentTimeAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The pause has stood up to now: asks for proof, and reads the engine's clock.</summary>
    public async Task ProveEndAsync(CancellationToken cancellationToken)
    {
        _clockAtEnd = await engine.GetCurrentTimeAsync(cancellationToken).ConfigureAwait(false);
        await ProveAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task<BackupSqlException?> TryResumeAsync() => _calls.TryResumeAsync(entry.PauseId);

    public async Task CheckMembersAsync(CancellationToken cancellationToken)
    {
        _after = Describe(await _calls.GetMembersAsync(cancellationToken).ConfigureAwait(false));
        if (!_before.SequenceEqual(_after, StringComparer.Ordinal))
            throw Errors.MembersChanged(name, string.Join(", ", _before), string.Join(", ", _after));
    }

    /// <summary>
    /// What was committed before the pause must lie before the restore time by the engine's own clock, and what comes
    /// after it behind.
    /// </summary>
    public void CheckClock(HlcTimestamp restoreTime, TimeSpan lasted)
    {
        if (restoreTime >= _clockAtStart && restoreTime <= _clockAtEnd)
            return;
        var middle = restoreTime.ToDateTimeOffset();
        var off = restoreTime < _clockAtStart
            ? _clockAtStart.ToDateTimeOffset() - middle
            : middle - _clockAtEnd.ToDateTimeOffset();
        throw Errors.ClockOff(name, lasted + (2 * off) + TimeSpan.FromSeconds(1));
    }

    public PausedStore ToEvidence() => new()
    {
        Engine = name,
        MembersBefore = _before,
        MembersAfter = _after,
        ClockAtStart = _clockAtStart,
        ClockAtEnd = _clockAtEnd,
        KnownSkewMilliseconds = KnownSkew.TotalMilliseconds,
    };

    private async Task ProveAsync(CancellationToken cancellationToken)
    {
        if (!await _calls.IsPausedAsync(entry.PauseId, cancellationToken).ConfigureAwait(false))
            throw Errors.PauseBroken(name);
    }

    private static IReadOnlyList<string> Describe(IReadOnlyList<PauseMember> members) =>
        [.. members.Select(member => $"{member.Name} ({member.Incarnation})").Order(StringComparer.Ordinal)];
}
