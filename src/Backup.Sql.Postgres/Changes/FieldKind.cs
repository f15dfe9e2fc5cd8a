namespace Backup.Sql.Postgres.Changes;

/// <summary>What a tuple of the stream has of a field: its first byte.</summary>
internal enum FieldKind : byte
{
    Null = (byte)'n',

    /// <summary>It lies out of line, and did not change: the old row has it.</summary>
    Unchanged = (byte)'u',

    /// <summary>Its type has no binary form.</summary>
    Text = (byte)'t',
    Binary = (byte)'b',
}
