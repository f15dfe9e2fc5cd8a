using NpgsqlTypes;

namespace Backup.Sql.Postgres.Changes;

/// <summary>
/// Finds the place in the log before which a snapshot has seen every commit, out of commits in their order.
/// </summary>
/// <param name="seen">What the snapshot sees.</param>
internal sealed class SeenPlace(SeenTransactions seen)
{
    private ulong _end;

    /// <summary>Where the last commit ends that comes before the first unseen one; null when there is none.</summary>
    public NpgsqlLogSequenceNumber? End => _end == 0 ? null : new NpgsqlLogSequenceNumber(_end);

    /// <summary>True when an unseen one has come.</summary>
    public bool IsPast { get; private set; }

    /// <summary>Takes the number of a transaction, which begins when it commits.</summary>
    public void Begin(uint transaction) => IsPast |= !seen.Contains(transaction);

    /// <summary>Takes the message behind all that the transaction did, from its second byte on.</summary>
    public void Commit(ref MessageReader reader)
    {
        reader.ReadByte(); // flags
        reader.ReadUInt64(); // where the commit begins
        if (!IsPast)
            _end = reader.ReadUInt64(); // and where it ends
    }
}
