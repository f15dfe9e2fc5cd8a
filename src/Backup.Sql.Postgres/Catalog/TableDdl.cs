using System.Text;
using Backup.Sql.Postgres.Connections;

namespace Backup.Sql.Postgres.Catalog;

/// <summary>
/// Writes the statements that make a table: its name and columns' types may be others than at the source.
/// </summary>
internal static class TableDdl
{
    /// <summary>The statement that makes the table, with what belongs before its rows.</summary>
    /// <param name="table">The definition.</param>
    /// <param name="place">Schema and name that it gets, quoted.</param>
    /// <param name="parents">The parents, quoted, as they are called now.</param>
    /// <param name="column">Says how a column comes.</param>
    public static string Create(
        TableDefinition table, string place, IReadOnlyList<string> parents, Func<ColumnDefinition, ColumnForm> column)
    {
        var isPart = table.PartitionBound is not null;
        var isChild = !isPart && parents.Count > 0;
        var parts = table.Columns.Where(c => c.Local || !isChild).Select(c => Column(c, column(c)))
            .Concat(table.Constraints.Where(c => IsEarly(c) && (c.Local || isPart)).Select(Check));
        var sql = new StringBuilder(table.Unlogged ? "CREATE UNLOGGED TABLE " : "CREATE TABLE ")
            .Append(place).Append(" (").AppendJoin(", ", parts).Append(')');
        if (isChild)
            sql.Append(" INHERITS (").AppendJoin(", ", parents).Append(')');
        if (table.PartitionKey is not null)
            sql.Append(" PARTITION BY ").Append(table.PartitionKey);
        if (table.AccessMethod is not null)
            sql.Append(" USING ").Append(Quote.Name(table.AccessMethod));
        var options = table.Options.Select(o => Option(table.Name, o))
            .Concat(table.ToastOptions.Select(o => "toast." + Option(table.Name, o))).ToList();
        if (options.Count > 0)
            sql.Append(" WITH (").AppendJoin(", ", options).Append(')');
        return sql.ToString();
    }

    /// <summary>True for checks that can stand in the table's statement.</summary>
    public static bool IsEarly(ConstraintDefinition constraint) => constraint is
    {
        Kind: "c", Later: false, Validated: true,
    };

    /// <summary>A setting as a statement takes it: <c>fillfactor='70'</c>.</summary>
    /// <exception cref="Diagnostics.BackupSqlException">XX001 it is none.</exception>
    public static string Option(string owner, string setting)
    {
        var split = setting.IndexOf('=', StringComparison.Ordinal);
        if (split <= 0 || !setting[..split].All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.'))
            throw RestoreErrors.NotADefinition(owner, null);
        return $"{setting[..split]}={Quote.Text(setting[(split + 1)..])}";
    }

    public static string Check(ConstraintDefinition constraint) =>
        $"CONSTRAINT {Quote.Name(constraint.Name)} {constraint.Definition}";

    /// <summary>The options of an identity column's sequence.</summary>
    public static string Identity(IdentityDefinition identity, bool named)
    {
        var name = named ? $"SEQUENCE NAME {Quote.Name(identity.Schema, identity.Name)} " : "";
        var cycle = identity.Cycle ? "CYCLE" : "NO CYCLE";
        return FormattableString.Invariant(
            $"GENERATED {(identity.Always ? "ALWAYS" : "BY DEFAULT")} AS IDENTITY ({name}START WITH {identity.Start} ")
            + FormattableString.Invariant(
            $"INCREMENT BY {identity.Increment} MINVALUE {identity.Minimum} MAXVALUE {identity.Maximum} ")
            + FormattableString.Invariant($"CACHE {identity.Cache} {cycle})");
    }

    private static string Column(ColumnDefinition column, ColumnForm form)
    {
        var sql = new StringBuilder(Quote.Name(column.Name)).Append(' ').Append(form.Type ?? column.Type);
        if (column.Compression is not null)
            sql.Append(" COMPRESSION ").Append(Quote.Name(column.Compression));
        if (column.Collation is not null)
            sql.Append(" COLLATE ").Append(column.Collation);
        if (column.Identity is not null)
            sql.Append(' ').Append(Identity(column.Identity, form.NamesSequence));
        else if (column is { Generated: true, Default: not null })
            sql.Append(" GENERATED ALWAYS AS (").Append(column.Default).Append(") STORED");
        else if (column.Default is not null && form.WithDefault)
            sql.Append(" DEFAULT ").Append(column.Default);
        if (column.NotNull)
            sql.Append(" NOT NULL");
        return sql.ToString();
    }
}
