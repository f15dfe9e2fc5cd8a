using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Backup.Sql.Aws.Tests.Servers;

/// <summary>
/// A server on loopback that speaks as much of Amazon's protocols as the tests need: key management (JSON 1.1), roles (query
/// protocol) and a small S3. It checks who asks, with which credential scope, and fails on command.
/// </summary>
internal sealed class AwsServer : IAsyncDisposable
{
    public const string AccessKey = "AKIATESTS";
    public const string SecretKey = "secret/of+the-tests";

    private readonly WebApplication _application;

    public AwsServer()
    {
        Keys = new KeyManagement();
        Roles = new TokenService(this);
        Buckets = new SmallS3();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        _application = builder.Build();
        _application.Run(AnswerAsync);
        _application.StartAsync().GetAwaiter().GetResult();
        Endpoint = _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Credentials[AccessKey] = null;
    }

    public string Endpoint { get; }

    public KeyManagement Keys { get; }

    public TokenService Roles { get; }

    public SmallS3 Buckets { get; }

    /// <summary>The region that requests must be signed for.</summary>
    public string Region { get; init; } = "eu-central-1";

    /// <summary>Whom the server knows: access keys, and the session tokens that belong to temporary ones.</summary>
    public ConcurrentDictionary<string, string?> Credentials { get; } = new();

    /// <summary>The requests so far.</summary>
    public ConcurrentQueue<SeenRequest> Seen { get; } = [];

    /// <summary>What the next requests get in the place of an answer.</summary>
    public ConcurrentQueue<Failure> Failures { get; } = [];

    /// <summary>What every request gets from now on.</summary>
    public Failure? Always { get; set; }

    /// <summary>Parameters of a location that reaches this server.</summary>
    public string Parameters =>
        $"AWS_ACCESS_KEY_ID={AccessKey}&AWS_SECRET_ACCESS_KEY={Uri.EscapeDataString(SecretKey)}&AWS_ENDPOINT={Uri.EscapeDataString(Endpoint)}";

    public string Key(string name, string more = "") => $"aws:///{name}?REGION={Region}&{Parameters}{more}";

    public string Bucket(string path, string more = "") => $"s3://bucket/{path}?AWS_REGION={Region}&{Parameters}{more}";

    public async ValueTask DisposeAsync()
    {
        Buckets.Gate?.TrySetResult();
        await _application.StopAsync(new CancellationToken(canceled: true));
        await _application.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var signer = Signer.Of(context.Request);
        Seen.Enqueue(new SeenRequest(
            context.Request.Method, context.Request.Path + context.Request.QueryString,
            context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), signer));
        if (signer is null || !Credentials.TryGetValue(signer.AccessKey, out var token)
            || token != (string?)context.Request.Headers["x-amz-security-token"])
        {
            await RefuseAsync(context, new Failure(403, signer?.Service == "s3" ? "InvalidAccessKeyId" : "UnrecognizedClientException"));
            return;
        }

        if (signer.Region != Region)
        {
            await RefuseAsync(context, new Failure(400, signer.Service == "s3" ? "AuthorizationHeaderMalformed" : "InvalidSignatureException"));
            return;
        }

        if ((Always ?? (Failures.TryDequeue(out var next) ? next : null)) is { } failure)
        {
            await RefuseAsync(context, failure);
            return;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var content = body.ToArray();
        await (signer.Service switch
        {
            "kms" => Keys.AnswerAsync(context, content),
            "sts" => Roles.AnswerAsync(context, content, signer.AccessKey),
            _ => Buckets.AnswerAsync(context, content),
        });
    }

    /// <summary>Answers with an error, in the form of the service that was asked. Its words must not reach anybody.</summary>
    public static async Task RefuseAsync(HttpContext context, Failure failure)
    {
        if (failure.Status == 0)
        {
            context.Abort();
            return;
        }

        if (failure.Status < 0)
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
            return;
        }

        const string words = "words of the server with MARKER-WORDS";
        var service = Signer.Of(context.Request)?.Service;
        context.Response.StatusCode = failure.Status;
        var text = service switch
        {
            "kms" => $$"""{"__type":"{{failure.Code}}","message":"{{words}}"}""",
            "sts" => $"<ErrorResponse><Error><Type>Sender</Type><Code>{failure.Code}</Code><Message>{words}</Message></Error></ErrorResponse>",
            _ => $"<?xml version=\"1.0\"?><Error><Code>{failure.Code}</Code><Message>{words}</Message></Error>",
        };
        context.Response.ContentType = service == "kms" ? "application/x-amz-json-1.1" : "application/xml";
        if (!HttpMethods.IsHead(context.Request.Method) && failure.Status != 304)
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text));
    }
}

/// <summary>A request as it came.</summary>
internal sealed record SeenRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, Signer? Signer)
{
    public string? Header(string name) => Headers.GetValueOrDefault(name);
}

/// <summary>An answer that is a failure; status 0 breaks the connection, -1 never answers.</summary>
internal sealed record Failure(int Status, string Code = "");

/// <summary>Who signed a request, for what.</summary>
internal sealed record Signer(string AccessKey, string Date, string Region, string Service)
{
    /// <summary>Reads <c>AWS4-HMAC-SHA256 Credential=key/date/region/service/aws4_request, …</c>.</summary>
    public static Signer? Of(HttpRequest request)
    {
        const string start = "AWS4-HMAC-SHA256 Credential=";
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(start, StringComparison.Ordinal))
            return null;
        var scope = header[start.Length..header.IndexOf(',', StringComparison.Ordinal)].Split('/');
        return scope is [var key, { Length: 8 } date, var region, var service, "aws4_request"]
            && int.TryParse(date, NumberStyles.None, CultureInfo.InvariantCulture, out _)
                ? new Signer(key, date, region, service)
                : null;
    }
}
