namespace Backup.Sql.Access;

/// <summary>What one user or role holds on one object.</summary>
/// <param name="Grantee">The user or role.</param>
/// <param name="On">The object.</param>
/// <param name="Privileges">What is held.</param>
/// <param name="Grantable">Which of that may be granted to others.</param>
internal sealed record GrantRecord(string Grantee, Securable On, Privilege Privileges, Privilege Grantable);
