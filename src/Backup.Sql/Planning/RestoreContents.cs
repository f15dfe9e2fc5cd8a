using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Rows;

namespace Backup.Sql.Planning;

/// <summary>What a restore makes and fills in one engine.</summary>
/// <param name="engine">The engine's registered name.</param>
internal sealed class RestoreContents(string engine)
{
    public string Engine => engine;

    public List<string> NewDatabases { get; } = [];

    /// <summary>The whole databases, by the name that they had.</summary>
    public Dictionary<string, string> Databases { get; } = new(StringComparer.Ordinal);

    public List<(PageSpace Source, PageSpace Target)> Pages { get; } = [];

    public List<ObjectRestore> Objects { get; } = [];

    /// <summary>Tables, views and sequences that are named one by one, as they will be: no two may agree.</summary>
    public List<ObjectDescriptor> Relations { get; } = [];

    /// <summary>What is there already and must have the shape of what is restored over it.</summary>
    public List<ObjectRestore> Checks { get; } = [];

    public List<RestoredTable> Tables { get; } = [];

    public SortedSet<string> Materialised { get; } = new(StringComparer.Ordinal);
}
