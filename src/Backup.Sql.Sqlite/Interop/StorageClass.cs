namespace Backup.Sql.Sqlite.Interop;

/// <summary>What a single value is, as <c>sqlite3_column_type</c> numbers it.</summary>
internal enum StorageClass
{
    Integer = 1,
    Float = 2,
    Text = 3,
    Blob = 4,
    Null = 5,
}
