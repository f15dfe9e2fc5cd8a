using System.Buffers;
using Amazon.S3.Model;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Aws;

/// <summary>
/// Takes back uploads of processes that died: no listing shows them, and their parts are paid for. Whether a process
/// lives cannot be told from here, so an upload counts as dead when it is older than any that is still at work. Only
/// data files travel in parts, and what is not named like one is somebody else's.
/// </summary>
internal sealed class S3DeadUploads(S3Bucket bucket, TimeProvider time, TimeSpan patience)
{
    private const string Data = "data/";
    private const int NumberDigits = 16;

    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    /// <summary>
    /// Takes them back. Who may not, or asks a server that cannot, leaves them; so does who meets an error.
    /// </summary>
    /// <param name="directory">The beginning of their names.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task RemoveAsync(string directory, CancellationToken cancellationToken)
    {
        try
        {
            ListMultipartUploadsResponse? page = null;
            do
            {
                page = await bucket.ListUploadsAsync(directory, page, cancellationToken).ConfigureAwait(false);
                foreach (var upload in (page.MultipartUploads ?? []).Where(IsDead))
                {
                    var name = upload.Key[bucket.Prefix.Length..];
                    await bucket.AbortUploadAsync(name, upload.UploadId, cancellationToken).ConfigureAwait(false);
                }
            }
            while (page.IsTruncated == true);
        }
        catch (BackupSqlException)
        {
            // The next backup tries again, and a rule of the bucket does it as well: no reason not to back up.
        }
    }

    private bool IsDead(MultipartUpload upload) =>
        upload.Initiated is { } begun && begun.ToUniversalTime() < time.GetUtcNow().UtcDateTime - patience
        && upload.Key.StartsWith(bucket.Prefix, StringComparison.Ordinal)
        && IsData(upload.Key.AsSpan(bucket.Prefix.Length));

    private static bool IsData(ReadOnlySpan<char> name)
    {
        var file = name.LastIndexOf('/') + 1;
        var number = name[file..];
        return name[..file].EndsWith("/" + Data) && number.Length > NumberDigits && number[NumberDigits] == '-'
            && !number[..NumberDigits].ContainsAnyExcept(Hexadecimal);
    }
}
