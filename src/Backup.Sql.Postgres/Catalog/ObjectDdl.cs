using System.Text;
using System.Text.RegularExpressions;
using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Connections;

namespace Backup.Sql.Postgres.Catalog;

/// <summary>Writes the statements that make views, sequences, types, functions and triggers.</summary>
internal static partial class ObjectDdl
{
    public static string View(ViewDefinition view, bool isMaterialized, string place)
    {
        var sql = new StringBuilder(isMaterialized ? "CREATE MATERIALIZED VIEW " : "CREATE VIEW ").Append(place);
        if (view.AccessMethod is not null)
            sql.Append(" USING ").Append(Quote.Name(view.AccessMethod));
        if (view.Options.Count > 0)
            sql.Append(" WITH (").AppendJoin(", ", view.Options.Select(o => TableDdl.Option(place, o))).Append(')');
        sql.Append(" AS\n").Append(view.Query);
        return isMaterialized ? sql.Append("\nWITH NO DATA").ToString() : sql.ToString();
    }

    public static string Sequence(SequenceDescriptor sequence, SequenceDefinition definition, string place) =>
        FormattableString.Invariant(
            $"CREATE {(definition.Unlogged ? "UNLOGGED " : "")}SEQUENCE {place} AS {IntegerType(definition.Type)} ")
        + FormattableString.Invariant($"START WITH {sequence.Start} INCREMENT BY {sequence.Increment} ")
        + FormattableString.Invariant($"MINVALUE {sequence.Minimum} MAXVALUE {sequence.Maximum} ")
        + FormattableString.Invariant($"CACHE {Math.Max(1, definition.Cache)} ")
        + (definition.Cycle ? "CYCLE" : "NO CYCLE");

    public static string Type(TypeDescriptor type, TypeDefinition definition, string place) => definition.Kind switch
    {
        "e" => $"CREATE TYPE {place} AS ENUM ({string.Join(", ", type.Members.Select(Quote.Text))})",
        "c" => $"CREATE TYPE {place} AS ({string.Join(", ", definition.Attributes.Select(Attribute))})",
        "r" => $"CREATE TYPE {place} AS RANGE ({definition.Range})",
        "d" => Domain(definition, place),
        _ => throw RestoreErrors.NotADefinition(type.Name, null),
    };

    public static string Function(FunctionDefinition function, string place) =>
        function.Kind is "FUNCTION" or "PROCEDURE" or "AGGREGATE" && function.Definition.StartsWith('(')
            ? $"CREATE {function.Kind} {place}{function.Definition}"
            : throw RestoreErrors.NotADefinition(function.Name, null);

    /// <summary>A trigger; of no other table, whatever its description says.</summary>
    public static string Trigger(TriggerDefinition trigger, string name, string table) =>
        !Timing().IsMatch(trigger.Timing) ? throw RestoreErrors.NotADefinition(trigger.Name, null)
        : $"CREATE {(trigger.Constraint ? "CONSTRAINT " : "")}TRIGGER {Quote.Name(name)} {trigger.Timing} ON {table} "
        + trigger.Action;

    public static string Index(IndexDefinition index, string name, string table) =>
        index.Definition.StartsWith("USING ", StringComparison.Ordinal)
            ? $"CREATE {(index.Unique ? "UNIQUE " : "")}INDEX {Quote.Name(name)} ON {table} {index.Definition}"
            : throw RestoreErrors.NotADefinition(index.Name, null);

    [GeneratedRegex("""^(BEFORE|AFTER|INSTEAD OF)( OR| INSERT| DELETE| TRUNCATE| UPDATE( OF ("([^"]|"")*"|\w+|, )+)?)+$""")]
    private static partial Regex Timing();

    private static string Domain(TypeDefinition domain, string place)
    {
        var sql = new StringBuilder("CREATE DOMAIN ").Append(place).Append(" AS ").Append(domain.BaseType);
        if (domain.Collation is not null)
            sql.Append(" COLLATE ").Append(domain.Collation);
        if (domain.NotNull)
            sql.Append(" NOT NULL");
        if (domain.Default is not null)
            sql.Append(" DEFAULT ").Append(domain.Default);
        foreach (var check in domain.Constraints.Where(TableDdl.IsEarly))
            sql.Append(' ').Append(TableDdl.Check(check));
        return sql.ToString();
    }

    private static string Attribute(ColumnDefinition attribute) =>
        $"{Quote.Name(attribute.Name)} {attribute.Type}"
        + (attribute.Collation is null ? "" : " COLLATE " + attribute.Collation);

    private static string IntegerType(string name) => name is "smallint" or "integer" ? name : "bigint";
}
