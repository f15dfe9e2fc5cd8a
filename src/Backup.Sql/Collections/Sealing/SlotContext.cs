namespace Backup.Sql.Collections.Sealing;

/// <summary>What a wrapped key is authenticated with: a slot that was moved to another chain does not open.</summary>
internal static class SlotContext
{
    /// <summary>The context of a chain's slots.</summary>
    /// <param name="chainId">The chain's id.</param>
    /// <returns>24 bytes.</returns>
    public static byte[] Of(ReadOnlySpan<byte> chainId) => [.. "BSQLSLOT"u8, .. chainId];
}
