using Amazon.S3.Model;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Aws;

/// <summary>
/// Writes an object: a small one in a single request, a large one in parts, some of which travel at the same time while
/// the next one fills. Parts grow with the object, so that the ten thousand that are allowed suffice for
/// 860 GiB, and memory does not grow with it.
/// </summary>
internal sealed class S3ObjectWriter(S3Bucket bucket, string name, bool conditional) : IObjectWriter
{
    private const int FirstPartSize = 8 << 20;
    private const int PartsPerSize = 1000;
    private const int MostParts = 10_000;
    private const int LargestPartSize = 128 << 20;
    private const int Travelling = 2;

    private readonly List<S3Part> _travelling = [];
    private readonly SortedList<int, PartETag> _done = [];
    private S3Part? _filling = new(1, FirstPartSize);
    private string? _upload;
    private bool _completed;

    public async ValueTask WritePartAsync(ReadOnlyMemory<byte> part, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RequireOpen();

        // Whatever may fail comes first: after a failure the part is given again, so none of it may be taken yet.
        if (part.Length > _filling!.Free)
        {
            await StartUploadAsync(cancellationToken).ConfigureAwait(false);
            await MakeRoomAsync(cancellationToken).ConfigureAwait(false);
        }

        while (!part.IsEmpty)
        {
            var taken = Math.Min(part.Length, _filling.Free);
            _filling.Append(part.Span[..taken]);
            part = part[taken..];
            if (_filling.Free == 0 && !part.IsEmpty)
                await SendAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RequireOpen();
        var created = _upload is null
            ? await PutWholeAsync(cancellationToken).ConfigureAwait(false)
            : await PutPartsAsync(_upload, cancellationToken).ConfigureAwait(false);
        _completed = created;
        if (!created)
            throw S3Errors.ObjectExists(name);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in _travelling)
        {
            await part.Upload!.ContinueWith(static _ => { }, TaskScheduler.Default).ConfigureAwait(false);
            part.Return();
        }

        _travelling.Clear();
        _filling?.Return();
        _filling = null;
        if (_upload is null || _completed)
            return;
        try
        {
            await bucket.AbortUploadAsync(name, _upload, CancellationToken.None).ConfigureAwait(false);
        }
        catch (BackupSqlException)
        {
            // Nothing can be seen of it; a rule of the bucket removes uploads that were never completed.
        }

        _upload = null;
    }

    private void RequireOpen()
    {
        if (_filling is null || _completed)
            throw new InvalidOperationException("the object was completed or discarded; begin a new one");
    }

    private async Task StartUploadAsync(CancellationToken cancellationToken) =>
        _upload ??= await bucket.BeginUploadAsync(name, cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// Waits until another part may travel. A part that failed travels again, and its failure is told.
    /// </summary>
    private async Task MakeRoomAsync(CancellationToken cancellationToken)
    {
        while (_travelling.Count >= Travelling)
            await LandAsync(_travelling[0], cancellationToken).ConfigureAwait(false);
    }

    private async Task LandAsync(S3Part part, CancellationToken cancellationToken)
    {
        if (part.Upload!.IsFaulted || part.Upload.IsCanceled)
            Send(part, cancellationToken);
        _done[part.Number] = await part.Upload.ConfigureAwait(false);
        part.Return();
        _travelling.Remove(part);
    }

    /// <summary>Sends the part that is full. More of them than usual may travel when one write fills several.</summary>
    private async Task SendAsync(CancellationToken cancellationToken)
    {
        var full = _filling!;
        if (full.Number == MostParts)
            throw S3Errors.TooManyParts(name);
        _travelling.Add(full);
        Send(full, cancellationToken);
        _filling = new S3Part(full.Number + 1, SizeOf(full.Number + 1));
        if (_travelling.Count > Travelling)
            await _travelling[0].Upload!.ContinueWith(static _ => { }, TaskScheduler.Default).ConfigureAwait(false);
    }

    private void Send(S3Part part, CancellationToken cancellationToken) =>
        part.Upload = SendOneAsync(part, _upload!, cancellationToken);

    private async Task<PartETag> SendOneAsync(S3Part part, string upload, CancellationToken cancellationToken)
    {
        using var content = part.Open();
        return await bucket.UploadPartAsync(name, upload, part.Number, content, cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task<bool> PutWholeAsync(CancellationToken cancellationToken)
    {
        using var content = _filling!.Open();
        if (!conditional && await bucket.HeadAsync(name, cancellationToken).ConfigureAwait(false) is not null)
            return false;
        return await bucket.PutAsync(name, content, conditional, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> PutPartsAsync(string upload, CancellationToken cancellationToken)
    {
        if (_filling!.Length > 0)
        {
            _travelling.Add(_filling);
            Send(_filling, cancellationToken);
            _filling = new S3Part(_filling.Number + 1, FirstPartSize);
        }

        while (_travelling.Count > 0)
            await LandAsync(_travelling[0], cancellationToken).ConfigureAwait(false);

        // Not every server that knows the condition on a put knows it here; data files have names of their own anyway.
        if (await bucket.HeadAsync(name, cancellationToken).ConfigureAwait(false) is not null)
            return false;
        return await bucket.CompleteUploadAsync(name, upload, [.. _done.Values], conditional, cancellationToken)
            .ConfigureAwait(false);
    }

    internal static int SizeOf(int number) =>
        (int)Math.Min((long)FirstPartSize << ((number - 1) / PartsPerSize), LargestPartSize);
}
