using System.Globalization;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.Restore;

/// <summary>The names that a database has given away: tables, indexes, views and triggers share them.</summary>
internal sealed class NameBook
{
    private readonly HashSet<string> _taken;

    public NameBook(Connection connection) =>
        _taken = SchemaReader.ReadMaster(connection)
            .Select(row => row.Name)
            .ToHashSet(AsciiIgnoreCaseComparer.Instance);

    public bool IsTaken(string name) => _taken.Contains(name);

    public void Add(string name) => _taken.Add(name);

    /// <summary>
    /// A name that is free: the one wanted, else with the table's name behind it, else with a number too.
    /// </summary>
    public string Free(string wanted, string table)
    {
        var name = wanted;
        for (var number = 1; IsTaken(name); number++)
        {
            name = number == 1
                ? $"{wanted}_{table}"
                : $"{wanted}_{table}_{number.ToString(CultureInfo.InvariantCulture)}";
        }

        return name;
    }
}
