using System.Globalization;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace Backup.Sql.Aws.Tests.Servers;

/// <summary>What a server does with <c>If-None-Match: *</c>.</summary>
internal enum Condition
{
    Honours,
    Ignores,
    AnswersNotImplemented,
    AnswersNotModified,
    AnswersBadRequest,
}

/// <summary>One bucket: put, get, head, delete, list, uploads in parts.</summary>
internal sealed class SmallS3
{
    private const string Space = "http://s3.amazonaws.com/doc/2006-03-01/";

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, byte[]> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<int, byte[]>> _uploads = [];
    private readonly Dictionary<string, (string Name, DateTimeOffset Begun)> _begun = [];
    private int _travelling;

    public Condition Condition { get; set; } = Condition.Honours;

    /// <summary>One request may delete many.</summary>
    public bool DeletesMany { get; set; } = true;

    /// <summary>When uploads begin, as the server tells it.</summary>
    public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch.AddYears(60);

    /// <summary>How many uploads a page of their list holds.</summary>
    public int UploadsPerPage { get; set; } = 1000;

    /// <summary>Names that cannot be deleted, and the code that says why.</summary>
    public Dictionary<string, string> Undeletable { get; } = [];

    /// <summary>Holds parts up until it is opened.</summary>
    public TaskCompletionSource? Gate { get; set; }

    /// <summary>How many parts travelled at the same time at most.</summary>
    public int MostTravelling { get; private set; }

    public int Travelling => Volatile.Read(ref _travelling);

    public int Aborted { get; private set; }

    public IReadOnlyList<int> PartSizes { get; private set; } = [];

    public int OpenUploads
    {
        get
        {
            lock (_gate)
                return _uploads.Count;
        }
    }

    public IReadOnlyList<byte[]> Contents
    {
        get
        {
            lock (_gate)
                return [.. _objects.Values];
        }
    }

    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_gate)
                return [.. _objects.Keys];
        }
    }

    public async Task AnswerAsync(HttpContext context, byte[] body)
    {
        var request = context.Request;
        var path = request.Path.Value!.TrimStart('/');
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var name = slash < 0 ? "" : path[(slash + 1)..];
        if (request.Headers["x-amz-content-sha256"].ToString().StartsWith("STREAMING", StringComparison.Ordinal))
            body = WithoutChunks(body);
        switch (request.Method)
        {
            case "PUT" when request.Query.ContainsKey("uploadId"):
                await PutPartAsync(context, body);
                break;
            case "PUT":
                await PutAsync(context, name, body);
                break;
            case "POST" when request.Query.ContainsKey("uploads"):
                await BeginAsync(context, name);
                break;
            case "POST" when request.Query.ContainsKey("uploadId"):
                await CompleteAsync(context, name);
                break;
            case "POST" when request.Query.ContainsKey("delete"):
                await DeleteManyAsync(context, body);
                break;
            case "DELETE" when request.Query.ContainsKey("uploadId"):
                lock (_gate)
                    Aborted += _uploads.Remove(request.Query["uploadId"]!) ? 1 : 0;
                context.Response.StatusCode = 204;
                break;
            case "DELETE":
                lock (_gate)
                    _objects.Remove(name);
                context.Response.StatusCode = 204;
                break;
            case "GET" when request.Query.ContainsKey("uploads"):
                await ListUploadsAsync(context);
                break;
            case "GET" when request.Query.ContainsKey("list-type"):
                await ListAsync(context);
                break;
            default:
                await GetAsync(context, name);
                break;
        }
    }

    private async Task PutAsync(HttpContext context, string name, byte[] body)
    {
        var failure = (context.Request.Headers.IfNoneMatch.ToString(), Condition) switch
        {
            ("*", Condition.AnswersNotImplemented) => new Failure(501, "NotImplemented"),
            ("*", Condition.AnswersBadRequest) => new Failure(400, "InvalidArgument"),
            ("*", Condition.AnswersNotModified) when Has(name) => new Failure(304, "NotModified"),
            ("*", Condition.Honours) when Has(name) => new Failure(412, "PreconditionFailed"),
            _ => null,
        };
        if (failure is not null)
        {
            await AwsServer.RefuseAsync(context, failure);
            return;
        }

        lock (_gate)
            _objects[name] = body;
        context.Response.Headers.ETag = ETag(body);
    }

    private bool Has(string name)
    {
        lock (_gate)
            return _objects.ContainsKey(name);
    }

    private async Task GetAsync(HttpContext context, string name)
    {
        byte[]? content;
        lock (_gate)
            _objects.TryGetValue(name, out content);
        if (content is null)
        {
            await AwsServer.RefuseAsync(context, new Failure(404, "NoSuchKey"));
            return;
        }

        context.Response.Headers.ETag = ETag(content);
        var slice = content.AsMemory();
        if (context.Request.Headers.Range.ToString() is { Length: > 0 } range)
        {
            var bounds = range["bytes=".Length..].Split('-').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToList();
            if (bounds[0] >= content.Length)
            {
                await AwsServer.RefuseAsync(context, new Failure(416, "InvalidRange"));
                return;
            }

            slice = slice[bounds[0]..Math.Min(bounds[1] + 1, content.Length)];
            context.Response.StatusCode = 206;
        }

        context.Response.ContentLength = slice.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(slice);
    }

    private Task BeginAsync(HttpContext context, string name)
    {
        var upload = RandomNumberGenerator.GetHexString(16);
        lock (_gate)
            (_uploads[upload], _begun[upload]) = ([], (name, Now));
        return XmlAsync(context, "InitiateMultipartUploadResult", $"<Bucket>bucket</Bucket><Key>{Escape(name)}</Key><UploadId>{upload}</UploadId>");
    }

    private async Task PutPartAsync(HttpContext context, byte[] body)
    {
        lock (_gate)
            MostTravelling = Math.Max(MostTravelling, ++_travelling);
        if (Gate is { } gate)
            await gate.Task;
        var upload = context.Request.Query["uploadId"].ToString();
        var number = int.Parse(context.Request.Query["partNumber"]!, CultureInfo.InvariantCulture);
        bool isOpen;
        lock (_gate)
        {
            _travelling--;
            isOpen = _uploads.TryGetValue(upload, out var parts);
            parts?[number] = body;
        }

        if (!isOpen)
        {
            await AwsServer.RefuseAsync(context, new Failure(404, "NoSuchUpload"));
            return;
        }

        context.Response.Headers.ETag = ETag(body);
    }

    private Task CompleteAsync(HttpContext context, string name)
    {
        lock (_gate)
        {
            _uploads.Remove(context.Request.Query["uploadId"]!, out var parts);
            PartSizes = [.. parts!.Values.Select(part => part.Length)];
            _objects[name] = [.. parts.Values.SelectMany(part => part)];
        }

        return XmlAsync(context, "CompleteMultipartUploadResult", $"<Key>{Escape(name)}</Key><ETag>\"x\"</ETag>");
    }

    private Task DeleteManyAsync(HttpContext context, byte[] body)
    {
        if (!DeletesMany)
            return AwsServer.RefuseAsync(context, new Failure(501, "NotImplemented"));
        var names = XDocument.Parse(Encoding.UTF8.GetString(body)).Descendants().Where(e => e.Name.LocalName == "Key").Select(e => e.Value).ToList();
        var errors = new StringBuilder();
        lock (_gate)
        {
            foreach (var name in names)
            {
                if (Undeletable.Remove(name, out var code))
                    errors.Append(CultureInfo.InvariantCulture, $"<Error><Key>{Escape(name)}</Key><Code>{code}</Code><Message>MARKER-WORDS</Message></Error>");
                else
                    _objects.Remove(name);
            }
        }

        return XmlAsync(context, "DeleteResult", errors.ToString());
    }

    private Task ListUploadsAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var after = (query["key-marker"].ToString(), query["upload-id-marker"].ToString());
        List<(string Name, string Upload)> all;
        lock (_gate)
        {
            all = [.. _uploads.Keys.Select(upload => (_begun[upload].Name, upload))
                .Where(one => one.Name.StartsWith(query["prefix"].ToString(), StringComparison.Ordinal) && one.CompareTo(after) > 0).Order()];
        }

        var page = all.Take(UploadsPerPage).ToList();
        var entries = string.Concat(page.Select(one => string.Create(
            CultureInfo.InvariantCulture,
            $"<Upload><Key>{Escape(one.Name)}</Key><UploadId>{one.Upload}</UploadId><Initiated>{_begun[one.Upload].Begun:yyyy-MM-ddTHH:mm:ss.fffZ}</Initiated></Upload>")));
        var next = all.Count > page.Count
            ? $"<NextKeyMarker>{Escape(page[^1].Name)}</NextKeyMarker><NextUploadIdMarker>{page[^1].Upload}</NextUploadIdMarker>"
            : "";
        return XmlAsync(
            context, "ListMultipartUploadsResult",
            $"<Bucket>bucket</Bucket><IsTruncated>{(all.Count > page.Count ? "true" : "false")}</IsTruncated>{next}{entries}");
    }

    private Task ListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var (prefix, delimiter) = (query["prefix"].ToString(), query["delimiter"].ToString());
        var after = query["continuation-token"].ToString() is { Length: > 0 } token ? token : query["start-after"].ToString();
        var entries = new StringBuilder();
        var prefixes = new SortedSet<string>(StringComparer.Ordinal);
        lock (_gate)
        {
            foreach (var (name, content) in _objects.Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal)
                && string.CompareOrdinal(o.Key, after) > 0))
            {
                var cut = delimiter.Length == 0 ? -1 : name.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
                if (cut >= 0)
                    prefixes.Add(name[..(cut + delimiter.Length)]);
                else
                    entries.Append(CultureInfo.InvariantCulture, $"<Contents><Key>{Escape(name)}</Key><Size>{content.Length}</Size></Contents>");
            }
        }

        foreach (var common in prefixes)
            entries.Append(CultureInfo.InvariantCulture, $"<CommonPrefixes><Prefix>{Escape(common)}</Prefix></CommonPrefixes>");
        return XmlAsync(context, "ListBucketResult", $"<Name>bucket</Name><IsTruncated>false</IsTruncated>{entries}");
    }

    private static async Task XmlAsync(HttpContext context, string root, string inner)
    {
        context.Response.ContentType = "application/xml";
        await context.Response.WriteAsync($"<?xml version=\"1.0\" encoding=\"UTF-8\"?><{root} xmlns=\"{Space}\">{inner}</{root}>");
    }

    private static string? Escape(string text) => SecurityElement.Escape(text);

    private static string ETag(byte[] content) => $"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..32]}\"";

    // aws-chunked: size in hexadecimal, perhaps a signature, the bytes; a chunk of none, and trailers.
    private static byte[] WithoutChunks(byte[] body)
    {
        using var content = new MemoryStream();
        for (var at = 0; ;)
        {
            var end = body.AsSpan(at).IndexOf("\r\n"u8) + at;
            var head = Encoding.ASCII.GetString(body, at, end - at).Split(';')[0];
            var size = int.Parse(head, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (size == 0)
                return content.ToArray();
            content.Write(body, end + 2, size);
            at = end + 2 + size + 2;
        }
    }
}
