using System.Text;
using Backup.Sql.Catalog;

namespace Backup.Sql.TestKit.Memory;

/// <summary>
/// Writes the statement that makes an object, from its descriptor alone, so that it always agrees with names that a
/// restore changed.
/// </summary>
internal static class MemoryDdl
{
    /// <summary>
    /// Property that holds what follows the name in the statement of a view, a function or a trigger.
    /// </summary>
    public const string Body = "body";

    public static string Print(ObjectDescriptor descriptor, CatalogState catalog) => descriptor switch
    {
        DatabaseDescriptor { Regions: { Count: > 0 } regions } =>
            $"CREATE DATABASE {Quote(descriptor.Name)} PRIMARY REGION {Quote(regions[0])} REGIONS {List(regions)}",
        DatabaseDescriptor => $"CREATE DATABASE {Quote(descriptor.Name)}",
        SchemaDescriptor => $"CREATE SCHEMA {Quote(descriptor.Name)}",
        TableDescriptor table => PrintTable(table, catalog),
        ViewDescriptor { Materialized: true } => $"CREATE MATERIALIZED VIEW {Name(descriptor)} {BodyOf(descriptor)}",
        ViewDescriptor => $"CREATE VIEW {Name(descriptor)} {BodyOf(descriptor)}",
        SequenceDescriptor sequence => $"CREATE SEQUENCE {Name(sequence)} INCREMENT {sequence.Increment}"
            + $" MINVALUE {sequence.Minimum} MAXVALUE {sequence.Maximum} START {sequence.Start}",
        TypeDescriptor type =>
            $"CREATE TYPE {Name(type)} AS ENUM ({string.Join(", ", type.Members.Select(ValueText.Print))})",
        FunctionDescriptor => $"CREATE FUNCTION {Name(descriptor)} {BodyOf(descriptor)}",
        _ => $"CREATE TRIGGER {Quote(descriptor.Name)} {BodyOf(descriptor)}",
    };

    private static string PrintTable(TableDescriptor table, CatalogState catalog)
    {
        var lines = table.Columns.Select(column => PrintColumn(column, catalog)).ToList();
        if (table.PrimaryKey.Count > 0)
            lines.Add($"PRIMARY KEY ({List(table.PrimaryKey)})");
        foreach (var index in table.Indexes)
            lines.Add($"{(index.Unique ? "UNIQUE " : "")}INDEX {Quote(index.Name)} ({List(index.Columns)})");
        foreach (var key in table.ForeignKeys)
            lines.Add(PrintForeignKey(key));
        lines.AddRange(table.Checks.Select(check => $"CHECK ({check})"));
        var partitions = table.Partitions.Count == 0
            ? ""
            : $" PARTITION BY LIST ({Quote(table.Properties[CatalogRules.PartitionColumn])})"
                + $" ({List(table.Partitions)})";
        var locality = table.RegionalByRow ? " LOCALITY REGIONAL BY ROW" : "";
        return $"CREATE TABLE {Name(table)} (\n  {string.Join(",\n  ", lines)}\n){partitions}{locality}";
    }

    private static string PrintColumn(ColumnDescriptor column, CatalogState catalog)
    {
        var text = new StringBuilder($"{Quote(column.Name)} {PrintType(column.Type, catalog)}");
        if (!column.Nullable)
            text.Append(" NOT NULL");
        if (column.Default is not null)
            text.Append(" DEFAULT ").Append(column.Default);
        return text.ToString();
    }

    private static string PrintType(ColumnType type, CatalogState catalog)
    {
        if (type.Kind == ColumnKind.Array)
            return PrintType(type.Element ?? new ColumnType(ColumnKind.Any), catalog) + "[]";
        if (type is { Kind: ColumnKind.UserDefined, TypeId: { } id } && catalog.Find(id) is { } defined)
            return Name(defined);
        var size = (type.Precision, type.Scale) switch
        {
            (null, _) => "",
            ({ } precision, null) => $"({precision})",
            var (precision, scale) => $"({precision}, {scale})",
        };
        return type.Kind.ToString().ToUpperInvariant() + size;
    }

    private static string PrintForeignKey(ForeignKeyDescriptor key)
    {
        var table = key.ReferencedSchema is null
            ? Quote(key.ReferencedTable)
            : $"{Quote(key.ReferencedSchema)}.{Quote(key.ReferencedTable)}";
        var columns = key.ReferencedColumns.Count == 0 ? "" : $" ({List(key.ReferencedColumns)})";
        return $"CONSTRAINT {Quote(key.Name)} FOREIGN KEY ({List(key.Columns)}) REFERENCES {table}{columns}";
    }

    private static string BodyOf(ObjectDescriptor descriptor) => descriptor.Properties.GetValueOrDefault(Body, "");

    private static string Name(ObjectDescriptor descriptor) =>
        $"{Quote(descriptor.Schema ?? "")}.{Quote(descriptor.Name)}";

    private static string List(IEnumerable<string> names) => string.Join(", ", names.Select(Quote));

    private static string Quote(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_')
            ? name
            : "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
