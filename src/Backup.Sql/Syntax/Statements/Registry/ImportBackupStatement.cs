namespace Backup.Sql.Syntax;

/// <summary><c>IMPORT BACKUP … USING PLUGIN … FOR DATABASE …</c>.</summary>
/// <param name="Handle">How the plug-in calls the backup.</param>
/// <param name="Plugin">The plug-in.</param>
/// <param name="Database">The database that the backup is of.</param>
public sealed record ImportBackupStatement(StringOrPlaceholder Handle, StringOrPlaceholder Plugin, Name Database)
    : Statement
{
    /// <summary>The name to register it under; null for the default one.</summary>
    public StringOrPlaceholder? RegisteredName { get; init; }

    /// <summary>Its labels; null for none.</summary>
    public StringOrPlaceholder? Labels { get; init; }

    /// <inheritdoc/>
    public override string Kind => "IMPORT BACKUP";
}
