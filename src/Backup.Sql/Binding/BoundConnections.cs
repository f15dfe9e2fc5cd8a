using Backup.Sql.Connections;

namespace Backup.Sql.Binding;

/// <summary>What is done with external connections.</summary>
internal abstract record BoundConnections : BoundStatement;

/// <summary>CREATE EXTERNAL CONNECTION; null when IF NOT EXISTS has found one.</summary>
internal sealed record BoundCreateConnection(ConnectionRecord? Connection) : BoundConnections
{
    public override string Effect() => Connection is null ? "changes nothing"
        : $"records external connection {Connection.Name}; reads and writes nothing at its location";
}

/// <summary>ALTER EXTERNAL CONNECTION; the location is sealed, null when IF EXISTS has found none.</summary>
internal sealed record BoundAlterConnection(string Name, string? Location, ConnectionType Type) : BoundConnections
{
    public override string Effect() => Location is null ? "changes nothing"
        : $"makes external connection {Name} stand for another location, for whatever opens it from then on";
}

/// <summary>DROP EXTERNAL CONNECTION.</summary>
internal sealed record BoundDropConnection(string Name) : BoundConnections
{
    public override string Effect() =>
        $"forgets external connection {Name} and the grants on it; what lies at its location stays";
}

/// <summary>SHOW EXTERNAL CONNECTIONS: those that the user may see.</summary>
internal sealed record BoundShowConnections(IReadOnlyList<ConnectionRecord> Connections) : BoundConnections
{
    /// <summary>SHOW CREATE: the statements, with their secrets.</summary>
    public bool AsStatements { get; init; }

    public override string Effect() => "reads the external connections; changes nothing";
}

/// <summary>CHECK EXTERNAL CONNECTION.</summary>
/// <param name="Location">The location, sealed.</param>
/// <param name="Transfer">Bytes to write and to read.</param>
internal sealed record BoundCheckConnection(string Location, long Transfer) : BoundConnections
{
    /// <summary>How long writing and reading may take, each; null for as long as it takes.</summary>
    public TimeSpan? Time { get; init; }

    public int Concurrently { get; init; } = 1;

    /// <summary>The location is a key's.</summary>
    public bool IsKey { get; init; }

    public override string Effect() => IsKey ? "wraps random bytes with the key and unwraps them; stores nothing"
        : $"writes {SizeText.Format(Transfer)} to the location, reads them back and deletes them";
}
