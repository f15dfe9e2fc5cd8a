using System.Security.Cryptography;

namespace Backup.Sql.Diagnostics;

/// <summary>The operating system's random numbers: the default.</summary>
public sealed class CryptoRandomSource : IRandomSource
{
    private CryptoRandomSource()
    {
    }

    /// <summary>The one instance.</summary>
    public static CryptoRandomSource Instance { get; } = new();

    /// <inheritdoc/>
    public void Fill(Span<byte> buffer) => RandomNumberGenerator.Fill(buffer);
}
