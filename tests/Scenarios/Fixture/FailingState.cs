using System.Text;
using Backup.Sql.Diagnostics;
using Backup.Sql.State;

namespace Backup.Sql.Scenarios.Fixture;

/// <summary>
/// A state store that fails at a chosen moment: at the first commit that says certain words, and, if the process is to
/// die there, at everything after it until it is revived.
/// </summary>
internal sealed class FailingState(IStateStore inner) : IStateStore
{
    private string? _words;
    private int _times;
    private volatile bool _isDead;

    public bool OutlivesProcess => inner.OutlivesProcess;

    /// <summary>How often it has failed by these words.</summary>
    public int Failures { get; private set; }

    /// <summary>The process dies before a commit that says these words is made.</summary>
    public void DieBefore(string words) => (_words, _times) = (words, int.MaxValue);

    /// <summary>Commits that say these words fail, so many times.</summary>
    public void Fail(string words, int times) => (_words, _times) = (words, times);

    public void Revive()
    {
        _words = null;
        _isDead = false;
    }

    public ValueTask<StateEntry?> GetAsync(string kind, string key, CancellationToken cancellationToken = default)
    {
        Require();
        return inner.GetAsync(kind, key, cancellationToken);
    }

    public ValueTask<IReadOnlyList<StateEntry>> ListAsync(string kind, CancellationToken cancellationToken = default)
    {
        Require();
        return inner.ListAsync(kind, cancellationToken);
    }

    public ValueTask<bool> TryCommitAsync(IReadOnlyList<StateChange> changes, CancellationToken cancellationToken = default)
    {
        Require();
        if (_words is { } words && _times > 0
            && changes.Any(change => change.Value is { } value && Encoding.UTF8.GetString(value.Span).Contains(words, StringComparison.Ordinal)))
        {
            Failures++;
            _isDead = _times == int.MaxValue;
            _times--;
            throw Failure();
        }

        return inner.TryCommitAsync(changes, cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Require()
    {
        if (_isDead)
            throw Failure();
    }

    private static BackupSqlException Failure() => new(SqlStates.IoError, "the state store does not answer") { Hint = "None." };
}
