using System.Text;
using Backup.Sql.Rows;

namespace Backup.Sql.TestKit.Memory;

/// <summary>One partition of a table: the rows that have its name in a column.</summary>
internal sealed class Partition(int ordinal, string name)
{
    private readonly byte[] _name = Encoding.UTF8.GetBytes(name);

    /// <summary>The value as the partition has it: a row that lies elsewhere is deleted here.</summary>
    public byte[]? Select(byte[]? value)
    {
        if (value is null)
            return null;
        var reader = new RecordReader(value);
        for (var i = 0; i <= ordinal; i++)
        {
            if (!reader.MoveNext())
                return null;
        }

        return !reader.IsNull && reader.GetBytes().SequenceEqual(_name) ? value : null;
    }
}
