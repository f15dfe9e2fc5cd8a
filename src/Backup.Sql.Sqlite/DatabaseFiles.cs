using System.Text;
using Backup.Sql.Sqlite.Catalog;

namespace Backup.Sql.Sqlite;

/// <summary>
/// The files of the cluster: those that were named, and those that lie in its directory at the moment.
/// </summary>
internal sealed class DatabaseFiles
{
    /// <summary>The name of the directory that is the engine's own.</summary>
    public const string StateDirectoryName = ".backupsql";

    private const string Ending = ".db";
    private const int LongestName = 200;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, DatabaseFile> _named = new(AsciiIgnoreCaseComparer.Instance);
    private readonly string? _directory;

    public DatabaseFiles(SqliteEngineOptions options)
    {
        foreach (var (name, path) in options.Databases)
            Add(new DatabaseFile(name, Path.GetFullPath(path)));
        if (options.Directory is not null)
        {
            _directory = Path.GetFullPath(options.Directory);
            if (!Directory.Exists(_directory))
                throw SqliteErrors.NoDirectory(_directory);
        }
        else if (_named.Count == 0)
        {
            throw SqliteErrors.NoDatabases();
        }

        Home = _directory ?? Path.GetDirectoryName(Path.GetFullPath(options.Databases.First().Value))!;
    }

    /// <summary>Where new databases come to lie.</summary>
    public string Home { get; }

    /// <summary>Where the engine keeps what is its own.</summary>
    public string StateDirectory => Path.Combine(Home, StateDirectoryName);

    /// <summary>The databases, by name.</summary>
    public IReadOnlyList<DatabaseFile> List()
    {
        var found = new SortedDictionary<string, DatabaseFile>(AsciiIgnoreCaseComparer.Instance);
        lock (_gate)
        {
            foreach (var file in _named.Values)
                found.Add(file.Name, file);
        }

        if (_directory is null)
            return [.. found.Values];
        var named = found.Values.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(_directory, "*" + Ending))
        {
            if (!path.EndsWith(Ending, StringComparison.Ordinal) || named.Contains(path))
                continue;
            var file = new DatabaseFile(Path.GetFileNameWithoutExtension(path), path);
            if (!found.TryAdd(file.Name, file))
                throw SqliteErrors.AmbiguousDatabase(found[file.Name].Name, file.Name);
        }

        return [.. found.Values];
    }

    /// <summary>Finds a database.</summary>
    public DatabaseFile Find(string name)
    {
        var file = Listed(name) ?? throw SqliteErrors.UnknownDatabase(name);
        return File.Exists(file.Path) ? file : throw SqliteErrors.DatabaseFileGone(file.Name, file.Path);
    }

    /// <summary>Finds a database; null when there is none.</summary>
    public DatabaseFile? TryFind(string name) => Listed(name) is { } file && File.Exists(file.Path) ? file : null;

    /// <summary>The file that a new database will be, after checking that neither name nor place is taken.</summary>
    public DatabaseFile PlaceFor(string name)
    {
        if (!IsFileName(name))
            throw SqliteErrors.InvalidDatabaseName(name);
        var taken = Listed(name);
        var path = Path.Combine(Home, name + Ending);
        if (taken is not null || File.Exists(path))
            throw SqliteErrors.DatabaseExists(taken?.Name ?? name);
        return new DatabaseFile(name, path);
    }

    /// <summary>Takes in a database that has come to be.</summary>
    public void Published(DatabaseFile file)
    {
        if (_directory is null)
            Add(file);
    }

    private DatabaseFile? Listed(string name) =>
        List().FirstOrDefault(file => AsciiIgnoreCaseComparer.Instance.Equals(file.Name, name));

    private void Add(DatabaseFile file)
    {
        lock (_gate)
        {
            var same = _named.Values.FirstOrDefault(other =>
                string.Equals(other.Path, file.Path, StringComparison.Ordinal));
            if (same is not null)
                throw SqliteErrors.SameFileTwice(same.Name, file.Name);
            if (!_named.TryAdd(file.Name, file))
                throw SqliteErrors.AmbiguousDatabase(_named[file.Name].Name, file.Name);
        }
    }

    private static bool IsFileName(string name) =>
        name.Length > 0
        && name[0] != '.'
        && Encoding.UTF8.GetByteCount(name) <= LongestName
        && !name.Any(unit => unit is '/' or '\\' or ':' || char.IsControl(unit));
}
