using System.Globalization;
using Backup.Sql.Catalog;
using Backup.Sql.Rows;

namespace Backup.Sql.TestKit.EngineContract;

/// <summary>
/// The tables and rows of the suite. A row is made of its number and a version, so that any of them can be told.
/// </summary>
internal static class Samples
{
    public static SampleTable Accounts { get; } = new(
        "accounts",
        [
            new("id", ColumnKind.Integer, Nullable: false),
            new("owner", ColumnKind.Text, Nullable: false),
            new("balance", ColumnKind.Integer, Nullable: false),
            new("rate", ColumnKind.Float),
            new("photo", ColumnKind.Bytes),
        ])
    {
        PrimaryKey = ["id"],
        IndexedColumns = ["owner"],
    };

    public static SampleTable Bookings { get; } = new(
        "bookings",
        [
            new("code", ColumnKind.Text, Nullable: false),
            new("number", ColumnKind.Integer, Nullable: false),
            new("account", ColumnKind.Integer),
        ])
    {
        PrimaryKey = ["code", "number"],
        ReferringColumn = "account",
        ReferencedTable = "accounts",
    };

    public static SampleTable Notes { get; } = new(
        "notes", [new("author", ColumnKind.Text), new("line", ColumnKind.Text)]);

    public static SampleTable Regions { get; } = new(
        "regions",
        [
            new("id", ColumnKind.Integer, Nullable: false),
            new("region", ColumnKind.Text, Nullable: false),
        ])
    {
        PrimaryKey = ["id"],
        PartitionColumn = "region",
        Partitions = ["east", "west"],
    };

    /// <summary>A table with a column of every kind that an engine holds.</summary>
    public static SampleTable AllKinds(IReadOnlyList<ColumnKind> more)
    {
        ColumnKind[] always = [ColumnKind.Integer, ColumnKind.Float, ColumnKind.Text, ColumnKind.Bytes];
        var kinds = always.Union(more).Select(kind =>
            new SampleColumn("c_" + kind.ToString().ToLowerInvariant(), kind));
        return new SampleTable("kinds", [new("id", ColumnKind.Integer, Nullable: false), .. kinds])
        {
            PrimaryKey = ["id"],
        };
    }

    public static IEnumerable<SampleChange> Rows(SampleTable table, int count) =>
        Enumerable.Range(0, count).Select(number => Insert(table, number));

    public static SampleChange Insert(SampleTable table, int number, int version = 0) =>
        new(SampleChangeKind.Insert, table, Key(table, number), Values(table, number, version));

    public static SampleChange Update(SampleTable table, int number, int version) =>
        new(SampleChangeKind.Update, table, Key(table, number), Values(table, number, version));

    public static SampleChange Delete(SampleTable table, int number) =>
        new(SampleChangeKind.Delete, table, Key(table, number), []);

    public static IReadOnlyList<object?> Key(SampleTable table, int number)
    {
        var values = Values(table, number, 0);
        return [.. table.PrimaryKey.Select(name =>
            values[table.Columns.Select(column => column.Name).ToList().IndexOf(name)])];
    }

    public static IReadOnlyList<object?> Values(SampleTable table, int number, int version) => table.Name switch
    {
        "accounts" =>
        [
            (long)number * 3 - 50,
            string.Create(CultureInfo.InvariantCulture, $"owner {number % 17}"),
            (long)version,
            number % 5 == 0 ? null : number / 8.0,
            number % 4 == 0 ? null : new byte[] { (byte)number, 0, 255, (byte)version },
        ],
        "bookings" =>
        [
            number % 3 == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"é{number % 7}"),
            (long)number,
            number % 2 == 0 ? null : (number / 2 * 3 - 50L),
        ],
        "notes" => [number % 3 == 0 ? null : "somebody", "twice the same line"],
        "regions" => [(long)number, (number + version) % 2 == 0 ? "east" : "west"],
        _ => [(long)number, .. table.Columns.Skip(1).Select(column => Value(column.Kind, number))],
    };

    private static object? Value(ColumnKind kind, int number)
    {
        var values = Values(kind);
        return number < values.Count ? values[number] : null;
    }

    /// <summary>Values at the edges of a kind.</summary>
    private static IReadOnlyList<object?> Values(ColumnKind kind) => kind switch
    {
        ColumnKind.Boolean => [true, false],
        ColumnKind.Integer => [0L, 1L, -1L, 127L, 128L, -32769L, 8388608L, 1L << 40, long.MaxValue, long.MinValue],
        ColumnKind.Float =>
            [0.5, -1.0 / 3, double.MaxValue, double.Epsilon, double.PositiveInfinity, double.NegativeInfinity],
        ColumnKind.Decimal => ["0.00", "-12.50", "99999999999999999999.999999999"],
        ColumnKind.Text => ["", "x", "a'b\"c;--", "zwölf 語 \U0001F600", new string('t', 3000)],
        ColumnKind.Bytes => [Array.Empty<byte>(), new byte[] { 0 }, new byte[] { 255, 0, 1 }, new byte[5000]],
        ColumnKind.Date => [new DateOnly(1970, 1, 1), new DateOnly(1, 1, 1), new DateOnly(9999, 12, 31)],
        ColumnKind.Time => [new TimeOnly(0, 0), new TimeOnly(23, 59, 59, 999, 999)],
        ColumnKind.Timestamp => [new DateTime(1969, 12, 31, 23, 59, 59), new DateTime(2026, 2, 28, 12, 0, 0, 1)],
        ColumnKind.TimestampTz => [new DateTimeOffset(2026, 2, 28, 12, 0, 0, TimeSpan.Zero)],
        ColumnKind.Interval => [new IntervalValue(1, -2, 3), new IntervalValue(0, 0, long.MaxValue)],
        ColumnKind.Uuid => [new Guid("00112233-4455-6677-8899-aabbccddeeff")],
        ColumnKind.Json => ["{\"a\": [1, null]}", "null"],
        ColumnKind.Array => [Array.Empty<object?>(), new object?[] { 1L, null, 3L }],
        ColumnKind.Any => [1L, 1.5, "text", new byte[] { 1 }],
        _ => ["text of its own"],
    };
}
