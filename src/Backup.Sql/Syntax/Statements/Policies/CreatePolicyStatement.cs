namespace Backup.Sql.Syntax;

/// <summary><c>CREATE BACKUP POLICY</c>.</summary>
/// <param name="Policy">The policy's name.</param>
/// <param name="Selector">The databases that it covers.</param>
/// <param name="Uris">The collection's locations, at least one.</param>
/// <param name="Recurrence">A cron text.</param>
public sealed record CreatePolicyStatement(
    Name Policy, PolicySelector Selector, ValueList<StringOrPlaceholder> Uris, StringOrPlaceholder Recurrence)
    : Statement
{
    /// <summary>True for IF NOT EXISTS.</summary>
    public bool IfNotExists { get; init; }

    /// <summary>RETAIN: each cycle once, in the order of the cycles; none to keep everything.</summary>
    public ValueList<RetentionRule> Retain { get; init; }

    /// <summary>The options of the backups.</summary>
    public BackupOptions Options { get; init; } = BackupOptions.None;

    /// <inheritdoc/>
    public override string Kind => "CREATE BACKUP POLICY";
}
