using Backup.Sql.Catalog;
using Backup.Sql.Engines;

namespace Backup.Sql.TestKit.Memory;

/// <summary>Which versions of a row an export gives.</summary>
internal sealed class VersionSelection(ExportWindow window, HlcTimestamp end, Partition? partition)
{
    public HlcTimestamp Start => window.Start;

    /// <summary>Adds the versions of one row, newest first.</summary>
    public void AddTo(List<ExportedVersion> versions, RowChain chain)
    {
        for (var node = RowNode.Visible(chain.Newest, end); node is not null && node.At > Start; node = node.Older)
        {
            var value = Select(node.Value);
            if (IsWanted(node, value))
                versions.Add(new ExportedVersion(chain.Key, node.At, value));
            if (!window.AllVersions)
                return;
        }
    }

    /// <summary>
    /// Deletions are left out of an export of what is there, and where the partition never had the row.
    /// </summary>
    private bool IsWanted(RowNode node, byte[]? value)
    {
        if (value is not null)
            return true;
        if (Start.IsZero && !window.AllVersions)
            return false;
        return partition is null
            || Select(node.Older?.Value) is not null
            || (!window.AllVersions && WasThere(node.Older));
    }

    private bool WasThere(RowNode? node)
    {
        for (; node is not null; node = node.Older)
        {
            if (Select(node.Value) is not null)
                return true;
        }

        return false;
    }

    private byte[]? Select(byte[]? value) => partition is null ? value : partition.Select(value);
}
