namespace Backup.Sql.Execution;

/// <summary>Tells when a backup is to note what it has finished: after some time, or after some bytes.</summary>
internal sealed class CheckpointClock(TimeProvider time, BackupSettings settings)
{
    private readonly Lock _gate = new();
    private long _last = time.GetTimestamp();
    private long _bytes;

    /// <summary>Counts what was stored.</summary>
    /// <param name="bytes">Bytes of a span that is finished.</param>
    /// <returns>True when it is time; the caller then does it.</returns>
    public bool Add(long bytes)
    {
        lock (_gate)
        {
            _bytes += bytes;
            if (_bytes < settings.CheckpointBytes && time.GetElapsedTime(_last) < settings.CheckpointInterval)
                return false;
            _bytes = 0;
            _last = time.GetTimestamp();
            return true;
        }
    }
}
