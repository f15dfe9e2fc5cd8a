using Backup.Sql.Catalog;
using Backup.Sql.Rows;

namespace Backup.Sql.Postgres.Tests;

/// <summary>Hands out rows a few at a time.</summary>
internal sealed class RowFeeder(IReadOnlyList<(byte[] Key, byte[] Value)> rows, int rowsPerFill = 5) : IRowSource
{
    private int _next;
    private int _ready;

    public ValueTask<bool> FillAsync(CancellationToken cancellationToken = default)
    {
        _ready = Math.Min(rowsPerFill, rows.Count - _next);
        return new(_ready > 0);
    }

    public bool TryRead(out RowVersion row)
    {
        if (_ready == 0)
        {
            row = default;
            return false;
        }

        _ready--;
        var (key, value) = rows[_next++];
        row = new RowVersion(key, HlcTimestamp.Zero, value);
        return true;
    }
}
