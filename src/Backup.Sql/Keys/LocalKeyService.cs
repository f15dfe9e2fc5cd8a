using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Keys;

/// <summary>
/// A key of a <see cref="LocalKeyRing"/> at work. A wrapped key is one byte <c>1</c>, the version of the master key (4
/// bytes, big-endian), a random nonce of 12 bytes, the data key encrypted with AES-256-GCM, and the tag of 16 bytes.
/// The associated data is <c>backup-sql:local-kms:1</c>, the key's uid, the version, and the context.
/// </summary>
internal sealed class LocalKeyService : IKeyManagementService
{
    private const byte Format = 1;
    private const int NonceStart = 1 + sizeof(int);
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int Overhead = NonceStart + NonceBytes + TagBytes;
    private const int LongestKey = 1024;

    private readonly string _uid;
    private readonly string _id;
    private readonly IRandomSource _random;
    private readonly Lock _gate = new();
    private readonly SortedList<int, byte[]> _versions = [];

    public LocalKeyService(KeyRingKey key, IRandomSource random)
    {
        _uid = key.Uid;
        _id = key.Id;
        _random = random;
        KeyId = key.KeyId;
        foreach (var version in key.Versions)
        {
            // Pinned, so that the garbage collector leaves no copy behind.
            var copy = GC.AllocateUninitializedArray<byte>(version.Key.Length, pinned: true);
            version.Key.CopyTo(copy, 0);
            _versions.Add(version.Version, copy);
        }
    }

    public string KeyId { get; }

    public ValueTask<byte[]> WrapAsync(
        ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> context, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfZero(key.Length, nameof(key));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, LongestKey, nameof(key));
        var (version, cipher) = Cipher(version: null);
        using (cipher)
        {
            var wrapped = new byte[Overhead + key.Length];
            wrapped[0] = Format;
            BinaryPrimitives.WriteInt32BigEndian(wrapped.AsSpan(1), version);
            var nonce = wrapped.AsSpan(NonceStart, NonceBytes);
            _random.Fill(nonce);
            cipher!.Encrypt(
                nonce, key.Span, wrapped.AsSpan(NonceStart + NonceBytes, key.Length), wrapped.AsSpan(^TagBytes..),
                AssociatedData(version, context.Span));
            return new(wrapped);
        }
    }

    public ValueTask<byte[]> UnwrapAsync(
        ReadOnlyMemory<byte> wrapped, ReadOnlyMemory<byte> context, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var bytes = wrapped.Span;
        if (bytes.Length is <= Overhead or > Overhead + LongestKey || bytes[0] != Format)
            throw Errors.KeyDoesNotUnwrap(cause: null);
        var (version, cipher) = Cipher(BinaryPrimitives.ReadInt32BigEndian(bytes[1..]));
        using (cipher)
        {
            if (cipher is null)
                throw Errors.KeyVersionMissing(_id, version);
            var key = new byte[bytes.Length - Overhead];
            try
            {
                cipher.Decrypt(
                    bytes.Slice(NonceStart, NonceBytes), bytes.Slice(NonceStart + NonceBytes, key.Length),
                    bytes[^TagBytes..], key, AssociatedData(version, context.Span));
                return new(key);
            }
            catch (AuthenticationTagMismatchException error)
            {
                throw Errors.KeyDoesNotUnwrap(error);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            foreach (var key in _versions.Values)
                CryptographicOperations.ZeroMemory(key);
            _versions.Clear();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>A cipher of its own for each call: it may not be shared by threads.</summary>
    private (int Version, AesGcm? Cipher) Cipher(int? version)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_versions.Count == 0, this);
            var number = version ?? _versions.Keys[^1];
            return (number, _versions.TryGetValue(number, out var key) ? new AesGcm(key, TagBytes) : null);
        }
    }

    private byte[] AssociatedData(int version, ReadOnlySpan<byte> context)
    {
        var head = Encoding.ASCII.GetBytes($"backup-sql:local-kms:1{_uid}");
        var data = new byte[head.Length + sizeof(int) + context.Length];
        head.CopyTo(data, 0);
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(head.Length), version);
        context.CopyTo(data.AsSpan(head.Length + sizeof(int)));
        return data;
    }
}
