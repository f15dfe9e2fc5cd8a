namespace Backup.Sql.Access;

/// <summary>A user or a role, which are the same but for what they are used for.</summary>
/// <param name="Name">The name.</param>
/// <param name="Roles">The roles that it is a member of.</param>
internal sealed record UserRecord(string Name, IReadOnlyList<string> Roles);
