using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using SQLitePCL;

namespace Backup.Sql.Sqlite.Interop;

/// <summary>
/// A connection to one database file through the provider that the host initialised. One thread at a time, so that
/// SQLite's own mutex is left out.
/// </summary>
internal sealed class Connection : IDisposable
{
    private readonly sqlite3 _handle;
    private CancellationToken _interruption;

    private Connection(sqlite3 handle, string database, NativeApi? native)
    {
        _handle = handle;
        Database = database;
        Native = native;
    }

    /// <summary>The database's name, for errors.</summary>
    public string Database { get; }

    /// <summary>The library's own functions; null where only the provider can be used.</summary>
    public NativeApi? Native { get; }

    /// <summary>The <c>sqlite3*</c>.</summary>
    public nint Pointer => _handle.DangerousGetHandle();

    /// <summary>Rows changed since the connection was opened.</summary>
    public int TotalChanges => raw.sqlite3_total_changes(_handle);

    /// <summary>True while no transaction is open.</summary>
    public bool IsAutocommit => raw.sqlite3_get_autocommit(_handle) != 0;

    /// <summary>Opens a file.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="database">The database's name, for errors.</param>
    /// <param name="mode">How.</param>
    /// <param name="busyTimeout">How long SQLite waits for a lock.</param>
    /// <param name="native">The library's own functions; null to go through the provider.</param>
    public static Connection Open(
        string path, string database, OpenMode mode, TimeSpan busyTimeout, NativeApi? native)
    {
        var flags = raw.SQLITE_OPEN_NOMUTEX | mode switch
        {
            OpenMode.Create => raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE,
            OpenMode.Immutable => raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_URI,
            _ => raw.SQLITE_OPEN_READWRITE,
        };
        var name = mode == OpenMode.Immutable ? ImmutableUri(path) : path;
        var code = raw.sqlite3_open_v2(name, out var handle, flags, null);
        if (code != ResultCodes.Ok)
        {
            var systemError = SystemError(handle, code, native);
            handle?.Dispose();
            throw SqliteErrors.CannotOpen(database, path, code, systemError);
        }

        raw.sqlite3_extended_result_codes(handle, 1);
        raw.sqlite3_busy_timeout(handle, (int)busyTimeout.TotalMilliseconds);
        return new Connection(handle, database, native);
    }

    /// <summary>Prepares the first statement of a text.</summary>
    [SuppressMessage("Reliability", "CA2000", Justification = "The statement owns the handle.")]
    public Statement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var handle));
        return Wrap(handle);
    }

    /// <summary>Prepares the first statement of a text.</summary>
    /// <param name="sql">The text.</param>
    /// <param name="rest">What follows the statement.</param>
    /// <returns>Null when there is none, only comments and blanks.</returns>
    [SuppressMessage("Reliability", "CA2000", Justification = "The statement owns the handle.")]
    public Statement? PrepareNext(string sql, out string rest)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var handle, out rest));
        if (!handle.IsInvalid)
            return Wrap(handle);
        handle.Dispose();
        return null;
    }

    /// <summary>Runs a statement to its end and drops its rows.</summary>
    public void Execute(string sql)
    {
        using var statement = Prepare(sql);
        while (statement.Step())
        {
        }
    }

    /// <summary>Runs a statement to its end, errors of SQLite left to the caller.</summary>
    /// <returns>0 or the extended result code.</returns>
    public int TryExecute(string sql) => raw.sqlite3_exec(_handle, sql);

    /// <summary>The first value of the first row as an integer; 0 without a row.</summary>
    public long QueryInteger(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.Integer(0) : 0;
    }

    /// <summary>The first value of the first row as text; null without a row or for NULL.</summary>
    public string? QueryText(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.TextOrNull(0) : null;
    }

    /// <summary>Compiles a query and tells which tables and views it reads, and within which view it does.</summary>
    /// <returns>False when the query does not compile.</returns>
    public bool Compile(string sql, Action<string, string?> read)
    {
        strdelegate_authorizer authorizer = (_, action, table, _, _, within) =>
        {
            if (action == raw.SQLITE_READ)
                read(table, within);
            return ResultCodes.Ok;
        };
        raw.sqlite3_set_authorizer(_handle, authorizer, null);
        try
        {
            var code = raw.sqlite3_prepare_v2(_handle, sql, out var handle);
            handle.Dispose();
            return code == ResultCodes.Ok;
        }
        finally
        {
            raw.sqlite3_set_authorizer(_handle, (strdelegate_authorizer?)null, null);
        }
    }

    /// <summary>Sets one of the <c>SQLITE_DBCONFIG</c> switches.</summary>
    public void Configure(int option, bool value) =>
        Check(raw.sqlite3_db_config(_handle, option, value ? 1 : 0, out _));

    /// <summary>
    /// Copies another database into this one in a single step, so that no commit can fall inside the copy.
    /// </summary>
    public void CopyFrom(Connection source)
    {
        using var backup = raw.sqlite3_backup_init(_handle, "main", source._handle, "main");
        if (backup.IsInvalid)
            throw Failure(raw.sqlite3_extended_errcode(_handle));
        var code = raw.sqlite3_backup_step(backup, -1);
        if (code != ResultCodes.Done)
            throw source.Failure(code);
    }

    /// <summary>Lets a token stop what runs on the connection until the result is disposed.</summary>
    public CancellationTokenRegistration Interruptible(CancellationToken cancellationToken)
    {
        _interruption = cancellationToken;
        return cancellationToken.UnsafeRegister(
            static state => raw.sqlite3_interrupt((sqlite3)state!), _handle);
    }

    /// <summary>Throws what a result code other than 0 means.</summary>
    public void Check(int code)
    {
        if (code != ResultCodes.Ok)
            throw Failure(code);
    }

    /// <summary>The exception for a failed call on this connection.</summary>
    public Exception Failure(int code)
    {
        if (ResultCodes.Basic(code) == ResultCodes.Interrupt && _interruption.IsCancellationRequested)
            return new OperationCanceledException(_interruption);
        return SqliteErrors.FromCode(
            Database, code, raw.sqlite3_errmsg(_handle).utf8_to_string(), SystemError(_handle, code, Native));
    }

    /// <summary>What the operating system said when a file failed; 0 where nothing did, or nobody can tell.</summary>
    private static int SystemError(sqlite3? handle, int code, NativeApi? native) =>
        handle is { IsInvalid: false } && ResultCodes.Basic(code) is (ResultCodes.IoError or ResultCodes.CannotOpen)
            ? native?.SystemError(handle.DangerousGetHandle()) ?? 0
            : 0;

    public void Dispose() => _handle.Dispose();

    /// <summary>A name as SQL text.</summary>
    public static string Quote(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    /// <summary>A text as a SQL literal.</summary>
    public static string Literal(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    /// <summary>A number as a SQL literal.</summary>
    public static string Literal(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string ImmutableUri(string path)
    {
        var slashes = path.Replace('\\', '/');
        var escaped = Uri.EscapeDataString(slashes).Replace("%2F", "/", StringComparison.Ordinal);
        return $"file:{(escaped.StartsWith('/') ? "//" : "///")}{escaped}?immutable=1";
    }

    private Statement Wrap(sqlite3_stmt handle) => Native is not null
        ? new NativeStatement(this, handle)
        : new ProviderStatement(this, handle);
}
