using System.Data.Common;

namespace Backup.Sql.Repl.Commands;

/// <summary>Gathers the databases of PostgreSQL that the command line names by their servers.</summary>
internal sealed class ServerList
{
    private static readonly string[] DatabaseKeys = ["Database", "DB"];
    private readonly Dictionary<string, Dictionary<string, string>> _servers = new(StringComparer.Ordinal);

    /// <summary>The servers, in the order in which they were named first.</summary>
    public IReadOnlyList<NamedServer> All =>
        [.. _servers.Select(server => new NamedServer(server.Key, server.Value))];

    /// <summary>Adds a database.</summary>
    /// <param name="name">What statements call it.</param>
    /// <param name="connectionString">How it is reached; without a database in it the name is the database.</param>
    /// <exception cref="Diagnostics.BackupSqlException">22023 it is no connection string.</exception>
    public void Add(string name, string connectionString)
    {
        var builder = new DbConnectionStringBuilder();
        try
        {
            builder.ConnectionString = connectionString;
        }
        catch (ArgumentException)
        {
            throw ToolErrors.DatabaseArgument(name);
        }

        var database = name;
        foreach (var key in DatabaseKeys)
        {
            if (builder.TryGetValue(key, out var named))
                database = (string)named;
            builder.Remove(key);
        }

        if (!_servers.TryGetValue(builder.ConnectionString, out var databases))
            _servers.Add(builder.ConnectionString, databases = new(StringComparer.Ordinal));
        databases.Add(name, database);
    }
}
