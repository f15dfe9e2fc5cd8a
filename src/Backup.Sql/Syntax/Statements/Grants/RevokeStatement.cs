namespace Backup.Sql.Syntax;

/// <summary><c>REVOKE</c> of the CockroachDB dialect.</summary>
/// <param name="Privileges">The privileges, lower case, in source order; at least one.</param>
/// <param name="Object">What they are revoked on; null for SYSTEM.</param>
/// <param name="Roles">Who loses them, at least one.</param>
/// <param name="GrantOptionOnly">True for GRANT OPTION FOR.</param>
public sealed record RevokeStatement(
    ValueList<Name> Privileges, GrantObject? Object, ValueList<Name> Roles, bool GrantOptionOnly) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "REVOKE";
}
