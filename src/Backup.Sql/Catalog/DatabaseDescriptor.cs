namespace Backup.Sql.Catalog;

/// <summary>A database.</summary>
public sealed record DatabaseDescriptor : ObjectDescriptor
{
    /// <summary>
    /// The regions that its rows may lie in, the primary one first; null (the default) for a database that knows none.
    /// </summary>
    public IReadOnlyList<string>? Regions { get; init; }

    /// <summary>
    /// For how long history is kept, where that was set for the database; null (the default) where it was not, or where
    /// the setting lies inside the pages that the engine exports.
    /// </summary>
    public TimeSpan? HistoryRetention { get; init; }

    /// <summary>
    /// What the database holds and the engine cannot back up, each as the user would name it: a backup of the whole
    /// database says so in a notice. Null (the default) for nothing.
    /// </summary>
    public IReadOnlyList<string>? NotCarried { get; init; }
}
