namespace Backup.Sql.Syntax;

/// <summary><c>ON EXTERNAL CONNECTION …</c>.</summary>
/// <param name="Connections">At least one name.</param>
public sealed record GrantOnConnections(ValueList<Name> Connections) : GrantObject;
