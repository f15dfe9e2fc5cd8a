namespace Backup.Sql.Syntax;

/// <summary><c>GRANT</c> of the CockroachDB dialect.</summary>
/// <param name="Privileges">The privileges, lower case, in source order; at least one.</param>
/// <param name="Object">What they are granted on; null for SYSTEM.</param>
/// <param name="Roles">Who gets them, at least one.</param>
/// <param name="WithGrantOption">True for WITH GRANT OPTION.</param>
public sealed record GrantStatement(
    ValueList<Name> Privileges, GrantObject? Object, ValueList<Name> Roles, bool WithGrantOption) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "GRANT";
}
