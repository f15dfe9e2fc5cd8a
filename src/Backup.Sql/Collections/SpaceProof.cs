using Backup.Sql.Collections.Format;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Collections;

/// <summary>
/// Proves, while a space is read, that its rows are those that were backed up. Where the newest layer knows the
/// fingerprint of the state that is restored, the rows given are summed up; where it does not (it was taken from a
/// change log, or a time inside its history is restored) every layer's own stream is, and none may differ.
/// </summary>
/// <remarks>
/// The sources opened with a proof must together cover every key once and be read to their ends.
/// </remarks>
internal sealed class SpaceProof
{
    private readonly IReadOnlyList<(ChainLayer Layer, SpaceManifest Space)> _layers;
    private readonly SpaceFingerprint? _state;
    private readonly string _stateFrom;
    private readonly string _name;
    private readonly Lock _gate = new();
    private readonly FingerprintAccumulator _given = new();
    private readonly FingerprintAccumulator[] _streams;

    /// <summary>A proof before anything was read; made by <see cref="ChainReader.BeginProof"/>.</summary>
    /// <param name="name">The space in words.</param>
    /// <param name="layers">The layers that hold rows of the space, newest first.</param>
    /// <param name="state">The fingerprint of the state restored; null where no layer knows it.</param>
    /// <param name="stateFrom">The layer that knows it.</param>
    public SpaceProof(
        string name,
        IReadOnlyList<(ChainLayer Layer, SpaceManifest Space)> layers,
        SpaceFingerprint? state,
        string stateFrom)
    {
        _name = name;
        _layers = layers;
        _state = state;
        _stateFrom = stateFrom;
        _streams = [.. layers.Select(_ => new FingerprintAccumulator())];
    }

    /// <summary>Rows that the sources have given; complete when all of them were read to their ends.</summary>
    public long Rows
    {
        get
        {
            lock (_gate)
                return _given.Rows;
        }
    }

    /// <summary>True when the rows given are digested, false when the layers' streams are.</summary>
    public bool IsOfState => _state is not null;

    /// <summary>Adds what a source has summed up when it ended.</summary>
    /// <param name="state">The digests of its rows.</param>
    /// <param name="streams">The digests of its cursors' rows, each with its layer.</param>
    public void Add(RowHasher? state, IEnumerable<(int Rank, RowHasher Hasher)> streams)
    {
        lock (_gate)
        {
            if (state is not null)
                _given.Add(state.Take());
            foreach (var (rank, hasher) in streams)
                _streams[rank].Add(hasher.Take());
        }
    }

    /// <summary>Compares. To be called when every source has ended.</summary>
    /// <exception cref="BackupSqlException">BS004 the rows are not those that were backed up.</exception>
    public void Verify()
    {
        lock (_gate)
        {
            if (_state is { } state)
            {
                if (_given.ToFingerprint(FingerprintScope.State) != state)
                    throw Errors.FingerprintMismatch(_name, _stateFrom);
                return;
            }

            for (var i = 0; i < _layers.Count; i++)
            {
                var expected = _layers[i].Space.Fingerprint;
                if (_streams[i].ToFingerprint(expected.Scope) != expected)
                    throw Errors.FingerprintMismatch(_name, _layers[i].Layer.ToString());
            }
        }
    }
}
