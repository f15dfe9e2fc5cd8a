namespace Backup.Sql.Syntax;

/// <summary><c>ALTER DATABASE/TABLE … CONFIGURE ZONE</c>.</summary>
/// <param name="IsDatabase">True for DATABASE; the name has one part then.</param>
/// <param name="Target">The database or table.</param>
/// <param name="Variables">The variables after USING; none for DISCARD.</param>
public sealed record ConfigureZoneStatement(bool IsDatabase, ObjectName Target, ValueList<ZoneVariable> Variables)
    : Statement
{
    /// <inheritdoc/>
    public override string Kind => "CONFIGURE ZONE";
}
