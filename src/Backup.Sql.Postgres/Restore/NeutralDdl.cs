using System.Globalization;
using System.Text;
using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Catalog;
using Backup.Sql.Postgres.Connections;

namespace Backup.Sql.Postgres.Restore;

/// <summary>Statements for objects of other engines, from their neutral descriptions.</summary>
/// <param name="typeOf">The quoted type that stands for a user-defined one; null where text has to do.</param>
/// <param name="notices">Takes what PostgreSQL has nothing for.</param>
internal sealed class NeutralDdl(Func<long, string?> typeOf, NoticeList notices)
{
    public const string DefaultSchema = "public";
    private const string SqliteCounter = "sqlite.sequence";

    /// <summary>A table, with its key.</summary>
    public string Table(TableDescriptor table)
    {
        var parts = table.Columns.Select(column => Column(table, DeclaredTypes.Expect(column))).ToList();
        foreach (var name in table.Computed ?? [])
            notices.Add($"{table.Name}.{name}: the column is computed in another dialect and was left out");
        if (table.PrimaryKey.Any(table.IsComputed))
            notices.Add($"{table.Name}: its key is left out with a computed column of it");
        else if (table.PrimaryKey.Count > 0)
            parts.Add($"PRIMARY KEY ({Names(table.PrimaryKey)})");
        if (table.Checks.Count > 0)
            notices.Add($"{table.Name}: check constraints are written in another dialect and were left out");
        if (table.Partitions.Count > 0)
            notices.Add($"{table.Name}: its partitions were left out; the rows are all there");
        return $"CREATE TABLE {Quote.Name(table.Schema ?? DefaultSchema, table.Name)} ({string.Join(", ", parts)})";
    }

    /// <summary>What an index is to be called: SQLite numbers those that come of constraints.</summary>
    public static string IndexName(TableDescriptor table, IndexDescriptor index) =>
        index.Name.StartsWith("sqlite_", StringComparison.Ordinal)
            ? $"{table.Name}_{string.Join('_', index.Columns)}_key"
            : index.Name;

    /// <summary>An index; null when PostgreSQL cannot have it.</summary>
    public string? Index(TableDescriptor table, IndexDescriptor index, string name)
    {
        if (index.Columns.Count == 0 || index.Predicate is not null || index.Columns.Any(table.IsComputed))
        {
            notices.Add(
                $"{table.Name}: index {index.Name} is over an expression or a condition in another dialect; left out");
            return null;
        }

        return $"CREATE {(index.Unique ? "UNIQUE " : "")}INDEX {Quote.Name(name)} ON "
            + $"{Quote.Name(table.Schema ?? DefaultSchema, table.Name)} ({Names(index.Columns)})";
    }

    /// <summary>A foreign key, as a table takes it.</summary>
    public static string ForeignKey(ForeignKeyDescriptor key, string referenced, bool isMatchFull)
    {
        var sql = new StringBuilder($"FOREIGN KEY ({Names(key.Columns)}) REFERENCES {referenced}");
        if (key.ReferencedColumns.Count > 0)
            sql.Append(" (").Append(Names(key.ReferencedColumns)).Append(')');
        if (isMatchFull)
            sql.Append(" MATCH FULL");
        if (Action(key.OnUpdate) is { } onUpdate)
            sql.Append(" ON UPDATE ").Append(onUpdate);
        if (Action(key.OnDelete) is { } onDelete)
            sql.Append(" ON DELETE ").Append(onDelete);
        return sql.ToString();
    }

    /// <summary>
    /// The number that the counter of another engine's key goes on after; null for none. Backups of earlier versions
    /// have that of SQLite among the properties.
    /// </summary>
    public static long? Counter(TableDescriptor table) =>
        table.Counter is null && table.Properties.TryGetValue(SqliteCounter, out var text)
            && long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var last)
            ? last : table.Counter;

    /// <summary>The column that the counter is for; null for none.</summary>
    public static string? CounterColumn(TableDescriptor table) =>
        table.PrimaryKey.Count == 1 && Counter(table) is not null
            && table.Columns.Any(column => column.Name == table.PrimaryKey[0] && column.Type.Kind == ColumnKind.Integer)
            ? table.PrimaryKey[0] : null;

    public static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(Quote.Name));

    private string Column(TableDescriptor table, ColumnDescriptor column)
    {
        var type = column.Type.Kind == ColumnKind.UserDefined && column.Type.TypeId is { } id
            ? typeOf(id) ?? "text"
            : NeutralTypeNames.Of(column.Type);
        if (column.Type.Kind is ColumnKind.Any || (column.Type.Kind is ColumnKind.UserDefined && type == "text"))
            notices.Add($"{table.Name}.{column.Name}: the values are kept as text, bytes as \\x and their digits");
        var sql = new StringBuilder(Quote.Name(column.Name)).Append(' ').Append(type);
        if (CounterColumn(table) == column.Name)
            sql.Append(" GENERATED BY DEFAULT AS IDENTITY");
        else if (NeutralDefaults.Of(column) is { } value)
            sql.Append(" DEFAULT ").Append(value);
        else if (column.Default is not null)
            notices.Add($"{table.Name}.{column.Name}: the default is written in another dialect and was left out");
        if (!column.Nullable)
            sql.Append(" NOT NULL");
        return sql.ToString();
    }

    private static string? Action(string? action) => action?.ToUpperInvariant() switch
    {
        "CASCADE" => "CASCADE",
        "RESTRICT" => "RESTRICT",
        "SET NULL" => "SET NULL",
        "SET DEFAULT" => "SET DEFAULT",
        _ => null,
    };
}
