namespace Backup.Sql.Repl.Commands;

/// <summary>A PostgreSQL server and the databases of it that were named.</summary>
/// <param name="ConnectionString">How it is reached, without a database; it may hold a password.</param>
/// <param name="Databases">Names, and what the databases are called on the server.</param>
internal sealed record NamedServer(string ConnectionString, IReadOnlyDictionary<string, string> Databases);
