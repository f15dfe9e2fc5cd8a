using System.Globalization;
using System.Text;
using Backup.Sql.Catalog;

namespace Backup.Sql.TestKit;

/// <summary>
/// Descriptors as text without ids and database names, so that equal objects of two clusters give equal texts.
/// </summary>
internal static class ObjectText
{
    /// <summary>Everything that a descriptor says, one fact a line.</summary>
    public static string Describe(ObjectDescriptor descriptor, Func<long, string?> nameOf)
    {
        var text = new StringBuilder();
        Add(text, "owner", descriptor.Owner);
        Add(text, "needs", descriptor.DependsOn.Select(nameOf).OfType<string>().Order(StringComparer.Ordinal));
        Add(text, "properties", descriptor.Properties.Select(p => $"{p.Key}={p.Value}").Order(StringComparer.Ordinal));
        Add(text, "ddl", descriptor.Ddl);
        switch (descriptor)
        {
            case TableDescriptor table:
                AddTable(text, table, nameOf);
                break;
            case SequenceDescriptor sequence:
                Add(text, "state", Invariant($"{sequence.Value} called={sequence.IsCalled}"));
                Add(
                    text,
                    "range",
                    Invariant($"{sequence.Start} {sequence.Increment} {sequence.Minimum} {sequence.Maximum}"));
                Add(
                    text,
                    "owned by",
                    sequence.OwnerTable is { } owner ? $"{nameOf(owner)}.{sequence.OwnerColumn}" : null);
                break;
            case TypeDescriptor type:
                Add(text, "members", type.Members);
                break;
            case ViewDescriptor { Materialized: true }:
                Add(text, "view", "materialized");
                break;
            case TriggerDescriptor trigger:
                Add(text, "of", nameOf(trigger.TableId));
                break;
            default:
                break;
        }

        return text.ToString();
    }

    /// <summary>Kind, schema and name: what identifies an object inside its database.</summary>
    public static string NameOf(ObjectDescriptor descriptor)
    {
        var kind = descriptor.GetType().Name.Replace("Descriptor", "", StringComparison.Ordinal).ToLowerInvariant();
        var schema = descriptor.Schema is null ? "" : descriptor.Schema + ".";
        return $"{kind} {schema}{descriptor.Name}";
    }

    private static void AddTable(StringBuilder text, TableDescriptor table, Func<long, string?> nameOf)
    {
        foreach (var column in table.Columns)
        {
            Add(text, "column", $"{column.Name} {Describe(column.Type, nameOf)} {column.EngineType}"
                + $" null={column.Nullable} default={column.Default}");
        }

        Add(text, "primary key", table.PrimaryKey);
        foreach (var index in table.Indexes.OrderBy(index => index.Name, StringComparer.Ordinal))
        {
            Add(text, "index", $"{index.Name} ({string.Join(", ", index.Columns)}) unique={index.Unique}"
                + $" where={index.Predicate} {index.Ddl}");
        }

        foreach (var key in table.ForeignKeys)
        {
            Add(text, "foreign key", $"{key.Name} ({string.Join(", ", key.Columns)}) to"
                + $" {key.ReferencedSchema}.{key.ReferencedTable} ({string.Join(", ", key.ReferencedColumns)})"
                + $" {key.OnDelete} {key.OnUpdate}");
        }

        Add(text, "checks", table.Checks);
        Add(text, "partitions", table.Partitions);
        Add(text, "rows left out of backups", table.ExcludeData ? "yes" : null);
    }

    private static string Describe(ColumnType type, Func<long, string?> nameOf) =>
        Invariant($"{type.Kind}({type.Precision},{type.Scale})")
        + (type.Element is { } element ? " of " + Describe(element, nameOf) : "")
        + (type.TypeId is { } id ? " " + nameOf(id) : "");

    private static void Add(StringBuilder text, string name, IEnumerable<string> values) =>
        Add(text, name, string.Join(", ", values));

    private static void Add(StringBuilder text, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            text.Append(name).Append(": ").Append(value).Append('\n');
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
