using System.Globalization;
using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Postgres.Connections;

namespace Backup.Sql.Postgres.Restore;

/// <summary>Writes the statements that set sequences to where they stood.</summary>
internal static class Counters
{
    public static IEnumerable<string> Statements(
        IReadOnlyList<ObjectRestore> sequences, IReadOnlyList<RestoredTable> tables, Names names)
    {
        foreach (var sequence in sequences.Select(restore => (SequenceDescriptor)restore.Target))
        {
            var place = Names.Place(sequence);
            yield return Set($"{Quote.Text(place)}::regclass", sequence.Value, sequence.IsCalled);
            if (sequence.OwnerTable is { } owner && sequence.OwnerColumn is { } column
                && names.PlaceOf(owner) is { } table)
            {
                yield return $"ALTER SEQUENCE {place} OWNED BY {table}.{Quote.Name(column)}";
                if (tables.Any(made => made.Source.Id == owner && made.Definition is null))
                {
                    yield return $"ALTER TABLE {table} ALTER COLUMN {Quote.Name(column)} "
                        + $"SET DEFAULT nextval({Quote.Text(place)})";
                }
            }
        }

        foreach (var table in tables)
        {
            foreach (var column in table.Definition?.Columns.Where(column => column.Identity is not null) ?? [])
                yield return Set(Behind(table, column.Name), column.Identity!.Value, column.Identity.IsCalled);
            if (table.Definition is null && NeutralDdl.CounterColumn(table.Target) is { } counted)
                yield return GoOn(table, counted, NeutralDdl.Counter(table.Source) ?? 0);
        }
    }

    /// <summary>After the last number given out, and after those of the rows.</summary>
    private static string GoOn(RestoredTable table, string column, long last)
    {
        var greatest = string.Create(
            CultureInfo.InvariantCulture, $"greatest({last}, coalesce(max({Quote.Name(column)}), 0))");
        return $"SELECT setval({Behind(table, column)}, greatest({greatest}, 1), {greatest} > 0) FROM {table.Place}";
    }

    private static string Behind(RestoredTable table, string column) =>
        $"pg_get_serial_sequence({Quote.Text(table.Place)}, {Quote.Text(column)})";

    private static string Set(string sequence, long value, bool isCalled) => string.Create(
        CultureInfo.InvariantCulture, $"SELECT setval({sequence}, {value}, {(isCalled ? "true" : "false")})");
}
