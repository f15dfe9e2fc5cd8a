namespace Backup.Sql.Syntax;

/// <summary><c>SHOW BACKUP … IN</c>, and the deprecated form that names a location without IN.</summary>
/// <param name="View">What is shown.</param>
/// <param name="Backup">
/// A sub-directory, a registered name, a backup ID, or <c>latest</c> in any case; in the deprecated form the location.
/// </param>
/// <param name="Uris">The collection's locations; none in the deprecated form.</param>
public sealed record ShowBackupStatement(
    ShowBackupView View, StringOrPlaceholder Backup, ValueList<StringOrPlaceholder> Uris) : Statement
{
    /// <summary>True when FROM stands before the backup; the canonical text keeps it.</summary>
    public bool HasFrom { get; init; }

    /// <summary>True for the deprecated form.</summary>
    public bool IsDeprecatedForm => Uris.IsEmpty;

    /// <summary>The options.</summary>
    public ShowBackupOptions Options { get; init; } = ShowBackupOptions.None;

    /// <inheritdoc/>
    public override string Kind => "SHOW BACKUP";
}
