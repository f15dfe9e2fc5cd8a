using System.Globalization;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections.Format;

/// <summary>
/// Gives the data files of one layer their names. They hold the layer's id, so that two jobs that write to the same
/// directory never meet in one name.
/// </summary>
internal sealed class LayerFiles(IObjectStore store, string directory, string layerId)
{
    private const int PrefixDigits = 16;

    private long _lastId;

    /// <summary>The layer.</summary>
    public string LayerId => layerId;

    /// <summary>Prefix of the names of all data files of a layer, below its directory.</summary>
    public static string NamePrefix(string layerId) => $"{CollectionLayout.Data}{layerId[..PrefixDigits]}-";

    /// <summary>Starts a data file.</summary>
    public async ValueTask<(string Name, long Id, IObjectWriter Writer)> BeginAsync(CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _lastId);
        var name = NamePrefix(layerId) + id.ToString("d6", CultureInfo.InvariantCulture);
        var writer = await store.BeginPutAsync(CollectionLayout.Join(directory, name), cancellationToken)
            .ConfigureAwait(false);
        return (name, id, writer);
    }
}
