using Backup.Sql.Access;

namespace Backup.Sql.Binding;

/// <summary>GRANT and REVOKE of both dialects.</summary>
/// <param name="On">What on; all of one kind.</param>
/// <param name="Privileges">What is given or taken.</param>
/// <param name="Grantees">Users and roles.</param>
internal sealed record BoundGrant(
    IReadOnlyList<Securable> On, Privilege Privileges, IReadOnlyList<string> Grantees) : BoundStatement
{
    public bool IsRevoke { get; init; }

    /// <summary>GRANT: with the right to grant it on; REVOKE: only that right.</summary>
    public bool GrantOption { get; init; }

    public override string Effect() => (IsRevoke ? "takes rights from " : "gives rights to ")
        + string.Join(", ", Grantees) + "; jobs that run are not asked again";
}

/// <summary>SHOW GRANTS, SHOW SYSTEM GRANTS.</summary>
/// <param name="On">Grants on these; null for all.</param>
/// <param name="Grantees">Grants of these; empty for everybody's.</param>
internal sealed record BoundShowGrants(IReadOnlyList<Securable>? On, IReadOnlyList<string> Grantees) : BoundStatement
{
    public override string Effect() => "reads the grants; changes nothing";
}
