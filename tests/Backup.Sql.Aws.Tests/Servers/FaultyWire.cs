using System.Net;
using System.Net.Sockets;

namespace Backup.Sql.Aws.Tests.Servers;

/// <summary>
/// Stands between client and server and passes bytes on, until it is told to break: then it lets through a number of bytes of
/// the next answers and resets the connection, or says nothing more.
/// </summary>
internal sealed class FaultyWire : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _server;
    private readonly CancellationTokenSource _end = new();
    private int _breaks;
    private long _after;

    public FaultyWire(string server)
    {
        _server = new Uri(server);
        _listener.Start();
        Endpoint = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _ = AcceptAsync();
    }

    public string Endpoint { get; }

    /// <summary>How often it broke.</summary>
    public int Broken { get; private set; }

    /// <summary>It falls silent in the place of resetting.</summary>
    public bool Stalls { get; set; }

    /// <summary>Breaks so many connections, each after so many bytes of answers.</summary>
    public void Break(int times, long after) => (_breaks, _after) = (times, after);

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token));
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // It is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        using var server = new TcpClient();
        try
        {
            await server.ConnectAsync(_server.Host, _server.Port, _end.Token);
            var passed = new Passed();
            var there = RequestsAsync(client.GetStream(), server.GetStream(), passed);
            await AnswersAsync(server.GetStream(), client, passed);
            await there;
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Whoever hung up has.
        }
    }

    private async Task RequestsAsync(NetworkStream from, NetworkStream to, Passed passed)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReadAsync(buffer, _end.Token) is > 0 and var read)
        {
            passed.Bytes = 0;
            await to.WriteAsync(buffer.AsMemory(0, read), _end.Token);
        }
    }

    private async Task AnswersAsync(NetworkStream answers, TcpClient client, Passed passed)
    {
        var buffer = new byte[16 * 1024];
        while (await answers.ReadAsync(buffer, _end.Token) is > 0 and var read)
        {
            passed.Bytes += read;
            if (_breaks > 0 && passed.Bytes > _after)
            {
                _breaks--;
                Broken++;
                if (Stalls)
                    await Task.Delay(Timeout.Infinite, _end.Token);
                client.LingerState = new LingerOption(true, 0);
                client.Close();
                return;
            }

            await client.GetStream().WriteAsync(buffer.AsMemory(0, read), _end.Token);
        }
    }

    /// <summary>Bytes of the answer since its request.</summary>
    private sealed class Passed
    {
        public long Bytes;
    }
}
