namespace Backup.Sql.Postgres.Changes;

/// <summary>The messages of a change stream that say something about rows: their first byte.</summary>
internal enum ChangeKind : byte
{
    Begin = (byte)'B',
    Commit = (byte)'C',
    Relation = (byte)'R',
    Insert = (byte)'I',
    Update = (byte)'U',
    Delete = (byte)'D',
    Truncate = (byte)'T',
}
