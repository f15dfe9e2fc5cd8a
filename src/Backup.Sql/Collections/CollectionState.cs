namespace Backup.Sql.Collections;

/// <summary>
/// What a plan saw of a chain. Execution asks for it again before it acts and refuses to when the two differ.
/// </summary>
/// <param name="ChainId">Id of the full layer; null when there is none.</param>
/// <param name="NewestLayerId">Id of the newest layer; null when there is none.</param>
internal sealed record CollectionState(string? ChainId, string? NewestLayerId)
{
    /// <summary>No backup at all.</summary>
    public static CollectionState Empty { get; } = new(null, null);
}
