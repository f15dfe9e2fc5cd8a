namespace Backup.Sql.Sqlite.Interop;

/// <summary>
/// The numbers of SQLite's C interface that this engine needs; see sqlite.org/rescode.html and c3ref.
/// </summary>
internal static class ResultCodes
{
    public const int Ok = 0;
    public const int Error = 1;
    public const int Permission = 3;
    public const int Abort = 4;
    public const int Busy = 5;
    public const int Locked = 6;
    public const int NoMemory = 7;
    public const int ReadOnly = 8;
    public const int Interrupt = 9;
    public const int IoError = 10;
    public const int Corrupt = 11;
    public const int Full = 13;
    public const int CannotOpen = 14;
    public const int TooBig = 18;
    public const int Constraint = 19;
    public const int Authorization = 23;
    public const int NotADatabase = 26;
    public const int Row = 100;
    public const int Done = 101;

    /// <summary>
    /// An I/O error of a read that met the end of the file; the rest of the buffer was filled with zeros.
    /// </summary>
    public const int ShortRead = IoError | (2 << 8);

    /// <summary>The basic code inside an extended one.</summary>
    public static int Basic(int code) => code & 0xff;
}
