using Backup.Sql.Rows;

namespace Backup.Sql.Engines;

/// <summary>
/// Of engines that export page spaces: reads a database out of its pages without restoring it, for RESTORE TABLE and
/// for restores into another engine.
/// </summary>
public interface IPageSpaceReader
{
    /// <summary>Starts to put a database together aside.</summary>
    /// <param name="space">The page space.</param>
    /// <param name="shape">Page size and number of pages.</param>
    /// <param name="scratchDirectory">An existing directory for scratch files; they are removed on disposal.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The database in the making.</returns>
    ValueTask<IPageMaterialisation> BeginMaterialiseAsync(
        PageSpace space, SpaceShape shape, string scratchDirectory, CancellationToken cancellationToken = default);
}
