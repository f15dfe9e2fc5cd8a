namespace Backup.Sql.Diagnostics;

/// <summary>
/// The codes of <see cref="BackupSqlException"/>: those of PostgreSQL where it has one for the condition, our own
/// (class <c>BS</c>, which the SQL standard leaves to implementations) where it has none. A code is never reused.
/// </summary>
public static class SqlStates
{
    /// <summary>The text is not a statement of the dialect.</summary>
    public const string SyntaxError = "42601";

    /// <summary>The statement nests deeper than the parser allows.</summary>
    public const string TooComplex = "54001";

    /// <summary>A limit of the program or of a format is passed.</summary>
    public const string ProgramLimitExceeded = "54000";

    /// <summary>The statement or an option is valid but cannot be carried out here.</summary>
    public const string FeatureNotSupported = "0A000";

    /// <summary>A value does not fit the option or parameter it is given for.</summary>
    public const string InvalidParameterValue = "22023";

    /// <summary>
    /// A named thing that is no database, table or schema (setting, option, job, location) does not exist.
    /// </summary>
    public const string UndefinedObject = "42704";

    /// <summary>The database does not exist.</summary>
    public const string UndefinedDatabase = "3D000";

    /// <summary>The schema does not exist.</summary>
    public const string UndefinedSchema = "3F000";

    /// <summary>The table, view or sequence does not exist.</summary>
    public const string UndefinedTable = "42P01";

    /// <summary>The rows have no such column.</summary>
    public const string UndefinedColumn = "42703";

    /// <summary>An operand or a column is of another type than its place needs.</summary>
    public const string DatatypeMismatch = "42804";

    /// <summary>A query gives several rows in the place of one value.</summary>
    public const string CardinalityViolation = "21000";

    /// <summary>A number or a time is too large for its type.</summary>
    public const string NumericValueOutOfRange = "22003";

    /// <summary>A number was divided by zero.</summary>
    public const string DivisionByZero = "22012";

    /// <summary>A function or type that an object needs does not exist.</summary>
    public const string UndefinedFunction = "42883";

    /// <summary>A placeholder has no value.</summary>
    public const string UndefinedParameter = "42P02";

    /// <summary>The name means more than one object.</summary>
    public const string AmbiguousName = "42702";

    /// <summary>A database of that name exists already.</summary>
    public const string DuplicateDatabase = "42P04";

    /// <summary>A table, view or sequence of that name exists already.</summary>
    public const string DuplicateTable = "42P07";

    /// <summary>Another named thing exists already, or is named twice.</summary>
    public const string DuplicateObject = "42710";

    /// <summary>What was asked contradicts itself or needs another part of the statement.</summary>
    public const string InvalidStatement = "42P00";

    /// <summary>The user lacks a privilege, or the store refused the credentials.</summary>
    public const string InsufficientPrivilege = "42501";

    /// <summary>Objects depend on something that would be missing.</summary>
    public const string DependentObjectsMissing = "2BP01";

    /// <summary>Restored rows break a foreign key.</summary>
    public const string ForeignKeyViolation = "23503";

    /// <summary>The object, the collection or the job is not in the state that the statement needs.</summary>
    public const string ObjectNotInState = "55000";

    /// <summary>Somebody else uses it, or it changed since the plan was made.</summary>
    public const string ObjectInUse = "55006";

    /// <summary>A lock was not to be had in time.</summary>
    public const string LockNotAvailable = "55P03";

    /// <summary>The statement was cancelled.</summary>
    public const string QueryCanceled = "57014";

    /// <summary>The disk or the bucket is full.</summary>
    public const string DiskFull = "53100";

    /// <summary>The memory budget does not suffice.</summary>
    public const string OutOfMemory = "53200";

    /// <summary>A file, a bucket or a network failed.</summary>
    public const string IoError = "58030";

    /// <summary>An object of a store does not exist.</summary>
    public const string UndefinedFile = "58P01";

    /// <summary>An object of a store exists already.</summary>
    public const string DuplicateFile = "58P02";

    /// <summary>Stored bytes are not what was written.</summary>
    public const string DataCorrupted = "XX001";

    /// <summary>A defect of this library: please report it.</summary>
    public const string InternalError = "XX000";

    /// <summary>A time lies outside what the chain or the engine keeps.</summary>
    public const string TimeOutOfRange = "22008";

    /// <summary>The layers of a chain do not join up.</summary>
    public const string BrokenChain = "BS001";

    /// <summary>A backup was made by a newer version of the format.</summary>
    public const string UnsupportedFormat = "BS002";

    /// <summary>A backup belongs to another database or cluster.</summary>
    public const string ForeignBackup = "BS003";

    /// <summary>Restored rows differ from the rows that were backed up.</summary>
    public const string FingerprintMismatch = "BS004";

    /// <summary>
    /// The key does not fit the backup: there is none for an encrypted one, it is a wrong one, or the backup needs
    /// none.
    /// </summary>
    public const string WrongKey = "BS005";

    /// <summary>
    /// Sealed bytes do not open although the key is the right one: they were exchanged, cut or changed.
    /// </summary>
    public const string Undecryptable = "BS006";

    /// <summary>A stored location's credential is not to be had in this process: a job pauses.</summary>
    public const string CredentialMissing = "28000";

    /// <summary>The job is another process's by now: this one lost its lease.</summary>
    public const string JobTakenOver = "BS010";
}
