namespace Backup.Sql.Collections;

/// <summary>The kinds of <see cref="Finding"/>, as SHOW BACKUP VALIDATE prints them.</summary>
internal static class FindingStatus
{
    /// <summary>An object that a manifest lists does not exist, or a backup that the registry knows.</summary>
    public const string Missing = "missing";

    /// <summary>An object has another size than its manifest says.</summary>
    public const string WrongSize = "wrong size";

    /// <summary>Stored bytes are not those that were written.</summary>
    public const string ChecksumMismatch = "checksum mismatch";

    /// <summary>
    /// The checksum agrees but the seal does not: another object, or another version of it, stands in its place.
    /// </summary>
    public const string Undecryptable = "undecryptable";

    /// <summary>The store has the object and fails to give its bytes: a bad disk, a right that is missing.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>All bytes are intact but the rows are not those that the manifest counts.</summary>
    public const string FingerprintMismatch = "fingerprint mismatch";

    /// <summary>Layers do not join up.</summary>
    public const string BrokenChain = "broken chain";
}
