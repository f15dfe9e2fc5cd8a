namespace Backup.Sql.Syntax;

/// <summary><c>SHOW GRANTS</c> and <c>SHOW SYSTEM GRANTS</c>.</summary>
/// <param name="IsSystem">True for system privileges; there is no object then.</param>
/// <param name="Object">What the grants are on; null for everything.</param>
/// <param name="Roles">Whose grants; none for everybody's.</param>
public sealed record ShowGrantsStatement(bool IsSystem, GrantObject? Object, ValueList<Name> Roles) : Statement
{
    /// <inheritdoc/>
    public override string Kind => IsSystem ? "SHOW SYSTEM GRANTS" : "SHOW GRANTS";
}
