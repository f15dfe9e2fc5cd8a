using System.Text;
using Backup.Sql.State;

namespace Backup.Sql.TestKit.Tests.StateContract;

/// <summary>A state store in memory with one defect: what the conformance checks must find.</summary>
internal sealed class DefectiveStateStore(StateDefect defect) : IStateStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Kind, string Key), StateEntry> _entries = [];

    public ValueTask<StateEntry?> GetAsync(string kind, string key, CancellationToken cancellationToken = default)
    {
        Heed(cancellationToken);
        lock (_gate)
            return new(_entries.GetValueOrDefault(Place(kind, key)));
    }

    public async ValueTask<IReadOnlyList<StateEntry>> ListAsync(
        string kind, CancellationToken cancellationToken = default)
    {
        Heed(cancellationToken);
        List<string> keys;
        lock (_gate)
            keys = [.. _entries.Values.Where(entry => entry.Kind == kind).Select(entry => entry.Key)];
        keys.Sort(defect == StateDefect.ListsInTheOrderOfUtf8
            ? (a, b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b))
            : string.CompareOrdinal);
        if (defect != StateDefect.ListsPieceByPiece)
        {
            lock (_gate)
                return [.. keys.Select(key => _entries.GetValueOrDefault(Place(kind, key))).OfType<StateEntry>()];
        }

        var entries = new List<StateEntry>();
        foreach (var key in keys)
        {
            await Task.Delay(1, cancellationToken);
            if (await GetAsync(kind, key, cancellationToken) is { } entry)
                entries.Add(entry);
        }

        return entries;
    }

    public async ValueTask<bool> TryCommitAsync(
        IReadOnlyList<StateChange> changes, CancellationToken cancellationToken = default)
    {
        Heed(cancellationToken);
        if (defect == StateDefect.ChecksThenActs)
        {
            if (!changes.All(Fits))
                return false;
            await Task.Delay(1, cancellationToken);
            lock (_gate)
                changes.ToList().ForEach(Apply);
            return true;
        }

        lock (_gate)
        {
            if (defect == StateDefect.ChangesBeforeItChecks)
            {
                foreach (var change in changes)
                {
                    if (!Fits(change))
                        return false;
                    Apply(change);
                }

                return true;
            }

            var seen = defect == StateDefect.ChecksOnlyTheFirstChange ? changes.Take(1) : changes;
            if (defect != StateDefect.IgnoresVersions && !seen.All(Fits))
                return false;
            changes.ToList().ForEach(Apply);
            return true;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Heed(CancellationToken cancellationToken)
    {
        if (defect != StateDefect.IgnoresCancellation)
            cancellationToken.ThrowIfCancellationRequested();
    }

    private bool Fits(StateChange change) =>
        (defect == StateDefect.TakesAnyVersionForAbsence && change.Value is null)
        || (_entries.GetValueOrDefault(Place(change.Kind, change.Key))?.Version ?? 0) == change.ExpectedVersion;

    private void Apply(StateChange change)
    {
        var place = Place(change.Kind, change.Key);
        if (change.Value is not { } value)
        {
            if (defect != StateDefect.KeepsRemovedEntries)
                _entries.Remove(place);
            return;
        }

        if (defect == StateDefect.LosesEmptyValues && value.IsEmpty)
            return;
        var version = defect == StateDefect.ForgetsToCount ? 1 : change.ExpectedVersion + 1;
        var kept = defect == StateDefect.KeepsTheCallersMemory ? value : value.ToArray();
        _entries[place] = new StateEntry(change.Kind, change.Key, version, kept);
    }

    private (string Kind, string Key) Place(string kind, string key) => defect switch
    {
        StateDefect.IgnoresCaseOfKeys => (kind, key.ToUpperInvariant()),
        StateDefect.TrimsKeys => (kind, key.Trim()),
        StateDefect.MixesKinds => ("", key),
        _ => (kind, key),
    };
}
