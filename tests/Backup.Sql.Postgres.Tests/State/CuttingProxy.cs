using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Backup.Sql.Postgres.Tests.State;

/// <summary>Stands between a client and a server, and breaks the connection at the next message that commits.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private static readonly byte[] Words = Encoding.ASCII.GetBytes("COMMIT\0");

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _port;
    private Cut? _next;

    public CuttingProxy(int port)
    {
        _port = port;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Cuts { get; private set; }

    /// <summary>Cuts once.</summary>
    public void CutNext(Cut cut) => _next = cut;

    /// <summary>Lets the message that is late go on to the server, and waits for the answer.</summary>
    public Task ReleaseAsync()
    {
        _release.SetResult();
        return _arrived.Task;
    }

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        await server.ConnectAsync(IPAddress.Loopback, _port);
        using (client)
        {
            var answers = server.GetStream().CopyToAsync(client.GetStream());
            var buffer = new byte[1 << 16];
            try
            {
                while (await client.GetStream().ReadAsync(buffer) is > 0 and var length)
                {
                    if (_next is { } cut && buffer.AsSpan(0, length).IndexOf(Words) >= 0)
                    {
                        (_next, Cuts) = (null, Cuts + 1);
                        await CutAsync(cut, client, server, buffer.AsMemory(0, length));
                        return;
                    }

                    await server.GetStream().WriteAsync(buffer.AsMemory(0, length));
                }
            }
            catch (Exception broken) when (broken is IOException or ObjectDisposedException)
            {
            }
        }
    }

    private async Task CutAsync(Cut cut, TcpClient client, TcpClient server, ReadOnlyMemory<byte> message)
    {
        // The client's side goes first, so that no answer gets through.
        client.Client.Close(0);
        if (cut == Cut.Message)
            return;
        if (cut == Cut.Late)
            await _release.Task;
        await server.GetStream().WriteAsync(message);
        await Task.Delay(500); // for the server to do it
        _arrived.TrySetResult();
    }
}
