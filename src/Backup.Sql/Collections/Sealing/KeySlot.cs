namespace Backup.Sql.Collections.Sealing;

/// <summary>The chain's key as one passphrase or one master key wraps it.</summary>
internal sealed record KeySlot
{
    /// <summary>A slot that a passphrase opens.</summary>
    public const string OfPassphrase = "passphrase";

    /// <summary>A slot that a key service opens.</summary>
    public const string OfService = "kms";

    /// <summary>What opens it; readers pass over kinds that they do not know.</summary>
    public required string Kind { get; init; }

    /// <summary>Of a passphrase: the salt of PBKDF2; null otherwise.</summary>
    public byte[]? Salt { get; init; }

    /// <summary>Of a passphrase: the iterations of PBKDF2; 0 otherwise.</summary>
    public int Iterations { get; init; }

    /// <summary>Of a service: SHA-256 of the master key's id, lower-case hexadecimal; null otherwise.</summary>
    public string? KeyIdSha256 { get; init; }

    /// <summary>The wrapped key.</summary>
    public required byte[] Wrapped { get; init; }
}
