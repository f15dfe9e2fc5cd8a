using Amazon.Runtime;

namespace Backup.Sql.Aws;

/// <summary>
/// Makes the connections. A request that puts on a condition closes its connection afterwards: a server that refuses
/// one without reading its body (Ceph's gateway does) takes the rest of it for the beginning of the next request.
/// </summary>
internal sealed class AwsHttpClientFactory(TimeSpan requestTime) : HttpClientFactory
{
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(10);

    public override HttpClient CreateHttpClient(IClientConfig clientConfig)
    {
        // Host names of a store move; a connection is given up in time to follow them.
        var sockets = new SocketsHttpHandler { PooledConnectionLifetime = ConnectionLife, AllowAutoRedirect = false };
        return new HttpClient(new CloseAfterConditionalPut(sockets)) { Timeout = requestTime };
    }

    private sealed class CloseAfterConditionalPut(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Headers.IfNoneMatch.Count > 0)
                request.Headers.ConnectionClose = true;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
