namespace Backup.Sql.Syntax;

/// <summary>How much of a statement's secrets the canonical text shows.</summary>
public enum FormatMode
{
    /// <summary>Every location and passphrase is masked: for logs and errors.</summary>
    Redacted,

    /// <summary>Everything as given: parsing the text gives the same statement.</summary>
    Exposed,

    /// <summary>
    /// Locations with their secret parameters masked, passphrases masked: for job descriptions and SHOW.
    /// </summary>
    Described,
}
