using System.Globalization;
using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Sessions.Administration;

/// <summary>
/// Carries out CHECK EXTERNAL CONNECTION: writes objects of random bytes, reads them back, compares, deletes. What goes
/// wrong there is the answer, not an error. A key wraps random bytes and unwraps them.
/// Rates include the waiting that the cluster's settings ask for.
/// </summary>
internal sealed class ConnectionProbe(BackupHost host)
{
    private const int PartSize = 4 << 20;

    private static readonly ResultColumn[] Columns =
    [
        new("node", ResultType.Int), new("locality", ResultType.String), new("ok", ResultType.Bool),
        new("error", ResultType.String), new("transferred", ResultType.String), new("read_speed", ResultType.String),
        new("write_speed", ResultType.String), new("can_delete", ResultType.Bool),
    ];

    public async Task<StatementResult> RunAsync(BoundCheckConnection check, CancellationToken cancellationToken)
    {
        var findings = new Findings();
        try
        {
            if (check.IsKey)
                await ProbeKeyAsync(check.Location, cancellationToken).ConfigureAwait(false);
            else
                await ProbeStoreAsync(check, findings, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException error) when (!cancellationToken.IsCancellationRequested)
        {
            findings.Error ??= error.Message;
        }

        return ResultSet.Of("CHECK EXTERNAL CONNECTION", Columns,
        [
            [
                1L, "", findings.Error is null, findings.Error ?? "", SizeText.Format(findings.Written),
                Speed(findings.Read, findings.ReadTime), Speed(findings.Written, findings.WriteTime),
                check.IsKey ? null : findings.CanDelete,
            ],
        ]);
    }

    private async Task ProbeKeyAsync(string location, CancellationToken cancellationToken)
    {
        var service = await host.Keys.OpenAsync(location, cancellationToken).ConfigureAwait(false);
        await using var _ = service.ConfigureAwait(false);
        var key = new byte[32];
        host.Options.Random.Fill(key);
        var context = "backup-sql-check"u8.ToArray();
        var wrapped = await service.WrapAsync(key, context, cancellationToken).ConfigureAwait(false);
        var unwrapped = await service.UnwrapAsync(wrapped, context, cancellationToken).ConfigureAwait(false);
        if (!unwrapped.AsSpan().SequenceEqual(key))
            throw Errors.KeyDiffers();
    }

    private async Task ProbeStoreAsync(
        BoundCheckConnection check, Findings findings, CancellationToken cancellationToken)
    {
        var store = await host.Stores.OpenAsync(check.Location, cancellationToken).ConfigureAwait(false);
        await using var _ = store.ConfigureAwait(false);
        await ProbeAsync(store, check, findings, cancellationToken).ConfigureAwait(false);
    }

    private async Task ProbeAsync(
        IObjectStore store, BoundCheckConnection check, Findings findings, CancellationToken cancellationToken)
    {
        var part = new byte[Math.Min(PartSize, (check.Transfer + check.Concurrently - 1) / check.Concurrently)];
        host.Options.Random.Fill(part);
        var names = Enumerable.Range(0, check.Concurrently).Select(_ => "backup-sql-check-" + RandomName()).ToList();
        try
        {
            var shares = Shares(check);
            var written = await TimedAsync(
                (i, clock) => WriteAsync(store, names[i], part, shares[i], clock, cancellationToken),
                check, time => findings.WriteTime = time).ConfigureAwait(false);
            findings.Written = written.Sum();
            var read = await TimedAsync(
                (i, clock) => ReadAsync(store, names[i], part, written[i], clock, cancellationToken),
                check, time => findings.ReadTime = time).ConfigureAwait(false);
            findings.Read = read.Sum();
        }
        finally
        {
            // Whatever happened: nothing of the probe stays.
            foreach (var name in names)
                await store.DeleteAsync(name, CancellationToken.None).ConfigureAwait(false);
        }

        var left = false;
        foreach (var name in names)
            left |= await store.HeadAsync(name, cancellationToken).ConfigureAwait(false) is not null;
        findings.CanDelete = !left;
    }

    private async Task<long[]> TimedAsync(
        Func<int, Watch, Task<long>> transfer, BoundCheckConnection check, Action<TimeSpan> done)
    {
        var watch = new Watch(host.Options.TimeProvider, check.Time);
        var moved = await Task.WhenAll(Enumerable.Range(0, check.Concurrently).Select(i => transfer(i, watch)))
            .ConfigureAwait(false);
        done(watch.Elapsed);
        return moved;
    }

    private static async Task<long> WriteAsync(
        IObjectStore store, string name, byte[] part, long length, Watch watch, CancellationToken cancellationToken)
    {
        var writer = await store.BeginPutAsync(name, cancellationToken).ConfigureAwait(false);
        await using var _ = writer.ConfigureAwait(false);
        long written = 0;
        // At least one part is moved, or there would be nothing to measure.
        while (written < length && (written == 0 || !watch.IsOver))
        {
            var next = part.AsMemory(0, (int)Math.Min(part.Length, length - written));
            await writer.WritePartAsync(next, cancellationToken).ConfigureAwait(false);
            written += next.Length;
        }

        await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        return written;
    }

    private static async Task<long> ReadAsync(
        IObjectStore store, string name, byte[] part, long length, Watch watch, CancellationToken cancellationToken)
    {
        var buffer = new byte[part.Length];
        long read = 0;
        while (read < length && (read == 0 || !watch.IsOver))
        {
            var next = buffer.AsMemory(0, (int)Math.Min(part.Length, length - read));
            await store.ReadAsync(name, read, next, cancellationToken).ConfigureAwait(false);
            if (!next.Span.SequenceEqual(part.AsSpan(0, next.Length)))
                throw Errors.ProbeDiffers();
            read += next.Length;
        }

        return read;
    }

    private static long[] Shares(BoundCheckConnection check)
    {
        var (share, rest) = Math.DivRem(check.Transfer, check.Concurrently);
        return [.. Enumerable.Range(0, check.Concurrently).Select(i => share + (i < rest ? 1 : 0))];
    }

    private string RandomName()
    {
        Span<byte> bits = stackalloc byte[8];
        host.Options.Random.Fill(bits);
        return Convert.ToHexStringLower(bits);
    }

    // A clock that did not move tells nothing.
    private static string? Speed(long bytes, TimeSpan time) =>
        bytes == 0 || time <= TimeSpan.Zero ? null
            : string.Create(CultureInfo.InvariantCulture, $"{SizeText.Format(bytes / time.TotalSeconds)}/s");

    private sealed class Findings
    {
        public string? Error { get; set; }

        public long Written { get; set; }

        public long Read { get; set; }

        public TimeSpan WriteTime { get; set; }

        public TimeSpan ReadTime { get; set; }

        public bool CanDelete { get; set; }
    }

    private sealed class Watch(TimeProvider time, TimeSpan? limit)
    {
        private readonly long _start = time.GetTimestamp();

        public TimeSpan Elapsed => time.GetElapsedTime(_start);

        public bool IsOver => Elapsed >= limit;
    }
}
