using System.Text;
using Backup.Sql.Diagnostics;
using Backup.Sql.Sqlite.Interop;
using Backup.Sql.State;

namespace Backup.Sql.Sqlite.State;

/// <summary>
/// An open state file: one table in a SQLite database with a write-ahead log that is flushed at each commit. One thread
/// at a time. Every method does all or nothing, and fails at once with 55P03 while another process holds the file.
/// </summary>
internal sealed class StateFile : IDisposable
{
    private const long FormatVersion = 1;

    /// <summary>"BSst", where SQLite keeps the mark of whose file it is.</summary>
    private const long ApplicationId = 0x42537374;

    private static readonly string[] Creation =
    [
        "CREATE TABLE entry (kind TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL, value BLOB NOT NULL, "
            + "PRIMARY KEY (kind, key))",
        $"PRAGMA application_id={ApplicationId}",
        $"PRAGMA user_version={FormatVersion}",
    ];

    private readonly Connection _connection;
    private readonly string _path;

    private StateFile(Connection connection, string path)
    {
        _connection = connection;
        _path = path;
    }

    /// <summary>Opens a file if it is there.</summary>
    /// <param name="path">An absolute path.</param>
    /// <returns>Null when there is no file, or one whose making was interrupted.</returns>
    public static StateFile? OpenExisting(string path) =>
        File.Exists(path) ? Open(path, OpenMode.Existing) : null;

    /// <summary>Opens a file, and makes it when it is not there.</summary>
    /// <param name="path">An absolute path.</param>
    public static StateFile OpenOrCreate(string path)
    {
        FileGuard.Run(path, "could not be made", () => Directory.CreateDirectory(Path.GetDirectoryName(path)!));
        return Open(path, OpenMode.Create)!;
    }

    public StateEntry? Find(string kind, string key) => Guard(() =>
    {
        using var statement = Prepare("SELECT version, value FROM entry WHERE kind = ?1 AND key = ?2", kind, key);
        return statement.Step() ? new StateEntry(kind, key, statement.Integer(0), Value(statement, 1)) : null;
    });

    public IReadOnlyList<StateEntry> List(string kind) => Guard(() =>
    {
        var entries = new List<StateEntry>();
        using var statement = Prepare("SELECT key, version, value FROM entry WHERE kind = ?1", kind);
        while (statement.Step())
            entries.Add(new StateEntry(kind, statement.Text(0), statement.Integer(1), Value(statement, 2)));

        // SQLite orders by bytes of UTF-8, the contract by units of UTF-16.
        entries.Sort((left, right) => string.CompareOrdinal(left.Key, right.Key));
        return entries;
    });

    public bool TryCommit(IReadOnlyList<StateChange> changes) => Guard(() => InTransaction("BEGIN IMMEDIATE", () =>
    {
        if (changes.Any(change => VersionOf(change) != change.ExpectedVersion))
            return false;
        foreach (var change in changes)
            Apply(change);
        return true;
    }));

    public void Dispose() => _connection.Dispose();

    private static StateFile? Open(string path, OpenMode mode)
    {
        var connection = Connection.Open(path, Path.GetFileName(path), mode, TimeSpan.Zero, NativeApi.Instance);
        var file = new StateFile(connection, path);
        var isReady = false;
        try
        {
            isReady = file.Guard(() => file.MakeReady(mode == OpenMode.Create));
            return isReady ? file : null;
        }
        finally
        {
            if (!isReady)
                file.Dispose();
        }
    }

    /// <summary>Checks whose file it is, and makes it ours if it is nobody's yet.</summary>
    /// <returns>False when it is nobody's and shall stay so.</returns>
    private bool MakeReady(bool create)
    {
        _connection.Execute("PRAGMA synchronous=FULL");

        // In one transaction, so that all answers are of one moment: another process may be making the file.
        var isMade = InTransaction("BEGIN", IsMade);
        if (isMade || !create)
            return isMade;

        // Outside of a transaction, and for the file as a whole: a process that dies here leaves an empty database.
        _connection.Execute("PRAGMA journal_mode=WAL");
        return InTransaction("BEGIN IMMEDIATE", () =>
        {
            if (IsMade())
                return true; // by another process, meanwhile
            foreach (var statement in Creation)
                _connection.Execute(statement);
            return true;
        });
    }

    private bool IsMade()
    {
        if (_connection.QueryInteger("PRAGMA application_id") != ApplicationId)
        {
            return _connection.QueryInteger("SELECT count(*) FROM sqlite_schema") == 0
                ? false
                : throw SqliteErrors.NotAStateFile(_path);
        }

        var version = _connection.QueryInteger("PRAGMA user_version");
        return version == FormatVersion ? true : throw SqliteErrors.NewerStateFile(_path, version, FormatVersion);
    }

    private bool InTransaction(string begin, Func<bool> work)
    {
        _connection.Execute(begin);
        var commit = false;
        try
        {
            commit = work();
            if (commit)
                _connection.Execute("COMMIT");
            return commit;
        }
        finally
        {
            // After a COMMIT that failed as well; SQLite may have rolled back by itself.
            if (!_connection.IsAutocommit)
                _connection.TryExecute("ROLLBACK");
        }
    }

    private long VersionOf(StateChange change)
    {
        using var statement = Prepare(
            "SELECT version FROM entry WHERE kind = ?1 AND key = ?2", change.Kind, change.Key);
        return statement.Step() ? statement.Integer(0) : 0;
    }

    private void Apply(StateChange change)
    {
        // The provider binds an empty blob as NULL.
        using var statement = Prepare(
            change.Value is null
                ? "DELETE FROM entry WHERE kind = ?1 AND key = ?2"
                : "INSERT INTO entry VALUES (?1, ?2, ?3, coalesce(?4, x'')) "
                    + "ON CONFLICT DO UPDATE SET version = excluded.version, value = excluded.value",
            change.Kind,
            change.Key);
        if (change.Value is { } value)
        {
            statement.BindInteger(3, change.ExpectedVersion + 1);
            statement.BindBlob(4, value.Span);
        }

        statement.Step();
    }

    private Statement Prepare(string sql, params ReadOnlySpan<string> texts)
    {
        var statement = _connection.Prepare(sql);
        for (var i = 0; i < texts.Length; i++)
        {
            // By length, not up to the first zero; the provider would bind an empty span as NULL.
            if (texts[i].Length == 0)
                statement.BindText(i + 1, "");
            else
                statement.BindCopiedText(i + 1, Encoding.UTF8.GetBytes(texts[i]));
        }

        return statement;
    }

    private static byte[] Value(Statement statement, int column) => statement.Bytes(column).ToArray();

    private T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (BackupSqlException damage) when (damage.SqlState == SqlStates.DataCorrupted)
        {
            throw SqliteErrors.DamagedStateFile(_path, damage);
        }
    }
}
