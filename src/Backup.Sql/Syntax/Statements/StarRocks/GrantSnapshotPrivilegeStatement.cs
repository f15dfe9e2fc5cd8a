namespace Backup.Sql.Syntax;

/// <summary><c>GRANT</c> and <c>REVOKE</c> of the StarRocks dialect.</summary>
/// <param name="IsRevoke">True for REVOKE.</param>
/// <param name="Privilege">The privilege.</param>
/// <param name="Grantee">Who gets or loses it.</param>
public sealed record GrantSnapshotPrivilegeStatement(bool IsRevoke, SnapshotPrivilege Privilege, Grantee Grantee)
    : SnapshotStatement
{
    /// <inheritdoc/>
    public override string Kind => IsRevoke ? "REVOKE" : "GRANT";
}
