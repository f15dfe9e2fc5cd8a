namespace Backup.Sql.Syntax;

/// <summary><c>ALTER REGISTERED BACKUP … SET LABELS</c>.</summary>
/// <param name="Backup">The registered name.</param>
/// <param name="Labels">The new labels.</param>
public sealed record AlterRegisteredBackupStatement(StringOrPlaceholder Backup, StringOrPlaceholder Labels) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "ALTER REGISTERED BACKUP";
}
