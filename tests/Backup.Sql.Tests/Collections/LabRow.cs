using Backup.Sql.Catalog;
using Backup.Sql.Rows;

namespace Backup.Sql.Tests.Collections;

/// <summary>A row version that can be kept and compared.</summary>
internal sealed record LabRow(string Key, HlcTimestamp Time, string? Value)
{
    public static LabRow Of(in RowVersion row) =>
        new(Convert.ToHexString(row.Key), row.Timestamp, row.IsDeletion ? null : Convert.ToHexString(row.Value));

    public static LabRow Of(byte[] key, byte[] value) => new(Convert.ToHexString(key), default, Convert.ToHexString(value));

    public static LabRow Of(int key, string value, double time = 0) =>
        new(key.ToString("X8"), time == 0 ? default : CollectionLab.At(time), Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(value)));

    public static LabRow Deleted(int key, double time = 0) =>
        new(key.ToString("X8"), time == 0 ? default : CollectionLab.At(time), null);

    public RowVersion ToRowVersion() =>
        Value is null
            ? RowVersion.Deletion(Convert.FromHexString(Key), Time)
            : new RowVersion(Convert.FromHexString(Key), Time, Convert.FromHexString(Value));
}
