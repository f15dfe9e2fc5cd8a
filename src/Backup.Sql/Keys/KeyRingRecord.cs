namespace Backup.Sql.Keys;

/// <summary>The content of a key ring's file.</summary>
internal sealed record KeyRingRecord
{
    public const int Format = 1;

    /// <summary>What the file is; a file of another version is not read.</summary>
    public int FormatVersion { get; init; } = Format;

    public IReadOnlyList<KeyRingKey> Keys { get; init; } = [];
}

/// <summary>A named key.</summary>
internal sealed record KeyRingKey
{
    public required string Id { get; init; }

    /// <summary>128 random bits, in hexadecimal: what the key is, whatever it and its file are called.</summary>
    public required string Uid { get; init; }

    /// <summary>All its versions, the newest last.</summary>
    public required IReadOnlyList<KeyRingVersion> Versions { get; init; }

    public string KeyId => $"local-kms:{Uid}";

    public LocalKey Describe() => new(Id, KeyId, Versions[^1].Version, Versions[^1].Created);
}

/// <summary>A version of a key.</summary>
internal sealed record KeyRingVersion(int Version, DateTimeOffset Created, byte[] Key);
