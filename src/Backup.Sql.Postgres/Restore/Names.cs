using System.Globalization;
using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Postgres.Catalog;
using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Restore;

/// <summary>What the objects of a restore are called now.</summary>
internal sealed class Names
{
    private readonly Dictionary<long, ObjectRestore> _objects = [];
    private readonly HashSet<long> _left = [];

    public void Add(ObjectRestore restore) => _objects.TryAdd(restore.Source.Id, restore);

    /// <summary>Notes that an object was not made.</summary>
    public void Leave(long id) => _left.Add(id);

    /// <summary>Schema and name of an object, quoted; null for one that is not of the restore.</summary>
    public string? PlaceOf(long id) => _objects.TryGetValue(id, out var found) && !_left.Contains(id)
        ? Place(found.Target)
        : null;

    public static string Place(ObjectDescriptor target) =>
        Quote.Name(target.Schema ?? NeutralDdl.DefaultSchema, target.Name);

    /// <summary>A relation by the name that it had: quoted, as it is called now.</summary>
    public string PlaceOf(string schema, string name)
    {
        var found = _objects.Values.FirstOrDefault(o => o.Source is TableDescriptor or ViewDescriptor
            && o.Source.Schema == schema && o.Source.Name == name);
        return found is null ? Quote.Name(schema, name) : Place(found.Target);
    }

    /// <summary>True for an object that gets another name or schema than it had.</summary>
    public bool IsMoved(long id) => _objects.TryGetValue(id, out var found) && IsMoved(found);

    /// <summary>
    /// True when a text of the source that speaks of these objects still means them: none was renamed or left out.
    /// </summary>
    public bool StillMean(IEnumerable<long> ids) => ids.All(id => !IsMoved(id) && !_left.Contains(id));

    /// <summary>How a column's type is written now; null where it is as it was.</summary>
    public string? TypeOf(ColumnDescriptor? column, ColumnDefinition definition)
    {
        if (column?.Type.TypeId is not { } id || !IsMoved(id))
            return null;
        var array = definition.Type.EndsWith("[]", StringComparison.Ordinal) ? "[]" : "";
        return PlaceOf(id) + array;
    }

    /// <summary>A name for an index that no relation of the schema has.</summary>
    public static async ValueTask<string> FreeAsync(
        NpgsqlConnection connection, string schema, string wanted, CancellationToken cancellationToken)
    {
        for (var number = 0; ; number++)
        {
            var name = number == 0 ? wanted : string.Create(
                CultureInfo.InvariantCulture, $"{(wanted.Length > 56 ? wanted[..56] : wanted)}_{number}");
            var taken = await connection.QueryAsync(
                "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                + $"WHERE n.nspname = {Quote.Text(schema)} AND c.relname = {Quote.Text(name)}",
                cancellationToken).ConfigureAwait(false);
            if (taken.Count == 0)
                return name;
        }
    }

    private static bool IsMoved(ObjectRestore restore) =>
        restore.Source.Name != restore.Target.Name || restore.Source.Schema != restore.Target.Schema;
}
