using System.Text.Json.Serialization;

namespace Backup.Sql.Collections.Sealing;

/// <summary>
/// What an object <c>ENCRYPTION-INFO-n</c> says: how a chain's key is wrapped. Any slot of any such object opens the
/// chain.
/// </summary>
internal sealed record KeyObject
{
    /// <summary>The format that this version writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The only cipher there is.</summary>
    public const string CipherName = "aes-256-gcm";

    /// <summary>The format; readers refuse a later one.</summary>
    [JsonPropertyOrder(-1)]
    public int FormatVersion { get; init; } = CurrentFormat;

    /// <summary>The number in the object's name.</summary>
    public required int Number { get; init; }

    /// <summary>The chain.</summary>
    public required string ChainId { get; init; }

    /// <summary>What the chain's objects are sealed with.</summary>
    public required string Cipher { get; init; }

    /// <summary>Tells whether an unwrapped key is the chain's.</summary>
    public required byte[] Check { get; init; }

    /// <summary>The slots.</summary>
    public required IReadOnlyList<KeySlot> Slots { get; init; }

    /// <summary>The slots that passphrases open.</summary>
    [JsonIgnore]
    public IEnumerable<KeySlot> Passphrases => Slots.Where(slot => slot.Kind == KeySlot.OfPassphrase);
}
