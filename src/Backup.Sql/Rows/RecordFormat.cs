namespace Backup.Sql.Rows;

/// <summary>The serial types of records: those of SQLite, and what its two reserved ones mean here.</summary>
internal static class RecordFormat
{
    public const byte Null = 0;
    public const byte Float = 7;
    public const byte Zero = 8;
    public const byte One = 9;
    public const byte Extended = 10;
    public const byte EngineSpecific = 11;
    public const int FirstBytes = 12;
    public const int FirstText = 13;

    /// <summary>Body lengths of the serial types below <see cref="Extended"/>.</summary>
    public static ReadOnlySpan<byte> BodyLengths => [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

    /// <summary>Kinds of the serial types below <see cref="Extended"/>.</summary>
    public static ReadOnlySpan<byte> Kinds =>
    [
        (byte)ValueKind.Null, (byte)ValueKind.Integer, (byte)ValueKind.Integer, (byte)ValueKind.Integer,
        (byte)ValueKind.Integer, (byte)ValueKind.Integer, (byte)ValueKind.Integer, (byte)ValueKind.Float,
        (byte)ValueKind.Integer, (byte)ValueKind.Integer,
    ];

    /// <summary>The length that the payload of an extended kind must have, or -1 when any will do.</summary>
    public static int PayloadLength(ValueKind kind) => kind switch
    {
        ValueKind.Boolean => 1,
        ValueKind.Date => 4,
        ValueKind.Time or ValueKind.Timestamp or ValueKind.TimestampTz => 8,
        ValueKind.Interval or ValueKind.Uuid => 16,
        _ => -1,
    };

    /// <summary>True for the kinds that are stored under <see cref="Extended"/>.</summary>
    public static bool IsExtended(ValueKind kind) =>
        kind is ValueKind.Boolean or ValueKind.Decimal or (>= ValueKind.Date and <= ValueKind.UserDefined);
}
