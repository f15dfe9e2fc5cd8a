namespace Backup.Sql.Syntax;

/// <summary><c>RESTORE</c>.</summary>
/// <param name="Targets">What is restored; null for the whole cluster.</param>
/// <param name="Source">Where the backup lies.</param>
public sealed record RestoreStatement(BackupTargets? Targets, RestoreSource Source) : Statement
{
    /// <summary>The point in time restored to; null for the newest.</summary>
    public Expression? AsOf { get; init; }

    /// <summary>The options.</summary>
    public RestoreOptions Options { get; init; } = RestoreOptions.None;

    /// <inheritdoc/>
    public override string Kind => "RESTORE";
}
