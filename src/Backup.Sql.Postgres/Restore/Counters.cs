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
                yield return $"ALTER SEQUENCE {place} OWNED BY {table}.{Quote.Name(column)}";
        }

        foreach (var table in tables)
        {
            foreach (var column in table.Definition?.Columns.Where(column => column.Identity is not null) ?? [])
                yield return Set(Behind(table, column.Name), column.Identity!.Value, column.Identity.IsCalled);
            if (table.Definition is null && NeutralDdl.CounterColumn(table.Target) is { } counted)
            {
                var last = NeutralDdl.Counter(table.Source) ?? 0;
                yield return Set(Behind(table, counted), Math.Max(1, last), last > 0);
            }
        }
    }

    private static string Behind(RestoredTable table, string column) =>
        $"pg_get_serial_sequence({Quote.Text(table.Place)}, {Quote.Text(column)})";

    private static string Set(string sequence, long value, bool isCalled) => string.Create(
        CultureInfo.InvariantCulture, $"SELECT setval({sequence}, {value}, {(isCalled ? "true" : "false")})");
}
