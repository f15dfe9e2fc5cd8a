using System.Text.Json.Serialization;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.History;

/// <summary>A table as it was tracked from one mark to another: what its triggers and its log are made of.</summary>
internal sealed record TableDefinition
{
    public required long Number { get; init; }

    public required string Name { get; init; }

    /// <summary>The statement that makes the table.</summary>
    public required string Sql { get; init; }

    /// <summary>The stored columns, in the order of a record; column <c>n</c> is <c>c[n]</c> of the log.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>The name by which SQL reaches the rowid; null for a WITHOUT ROWID table.</summary>
    public string? RowId { get; init; }

    /// <summary>False when VACUUM may give the rows other rowids.</summary>
    public bool HasLastingKey { get; init; }

    /// <summary>The key of a WITHOUT ROWID table; empty for others.</summary>
    public IReadOnlyList<KeyPart> Key { get; init; } = [];

    /// <summary>Everything that REPLACE resolves conflicts of, but for the rowid.</summary>
    public IReadOnlyList<IReadOnlyList<UniquePart>> UniqueKeys { get; init; } = [];

    /// <summary>The log's name as SQL text.</summary>
    [JsonIgnore]
    public string Log => Connection.Quote(HistoryNames.Log(Number));

    /// <summary>The table's name as SQL text.</summary>
    [JsonIgnore]
    public string Quoted => Connection.Quote(Name);

    /// <summary>The log's columns that tell rows apart.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> LogKey => RowId is not null ? ["k"] : [.. Key.Select(part => $"c{part.Ordinal}")];

    /// <summary>A column of the log, compared as the table's key compares it.</summary>
    public string LogColumn(int ordinal) => Key.FirstOrDefault(part => part.Ordinal == ordinal) is { } part
        ? $"c{ordinal} COLLATE {Connection.Quote(part.Collation)}"
        : $"c{ordinal}";

    /// <summary>The same rows in the same columns, caught by equal triggers.</summary>
    public bool IsSame(TableDefinition other) =>
        IsSameShape(other)
        && UniqueKeys.Count == other.UniqueKeys.Count
        && UniqueKeys.All(unique => other.UniqueKeys.Any(unique.SequenceEqual));

    public bool IsSameShape(TableDefinition other) =>
        AsciiIgnoreCaseComparer.Instance.Equals(Name, other.Name)
        && Sql == other.Sql
        && Columns.SequenceEqual(other.Columns, StringComparer.Ordinal)
        && RowId == other.RowId
        && HasLastingKey == other.HasLastingKey
        && Key.SequenceEqual(other.Key);
}
