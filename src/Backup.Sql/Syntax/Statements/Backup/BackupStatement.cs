namespace Backup.Sql.Syntax;

/// <summary><c>BACKUP … INTO</c>, and the deprecated <c>BACKUP … TO</c>.</summary>
/// <param name="Targets">What is backed up; null for the whole cluster.</param>
/// <param name="Destination">Where within the locations the backup goes.</param>
/// <param name="Uris">The collection's locations (of <see cref="ToLocation"/>: the backup's own), at least one.</param>
public sealed record BackupStatement(
    BackupTargets? Targets, BackupDestination Destination, ValueList<StringOrPlaceholder> Uris) : Statement
{
    /// <summary>The time whose data are backed up; null for now.</summary>
    public Expression? AsOf { get; init; }

    /// <summary>The options.</summary>
    public BackupOptions Options { get; init; } = BackupOptions.None;

    /// <inheritdoc/>
    public override string Kind => "BACKUP";
}
