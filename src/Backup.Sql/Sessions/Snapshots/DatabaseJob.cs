namespace Backup.Sql.Sessions.Snapshots;

/// <summary>
/// The last snapshot job of a database. Whoever starts one replaces the entry, so that a database has one job at a
/// time.
/// </summary>
internal sealed record DatabaseJob
{
    public required long Job { get; init; }

    public required string Database { get; init; }

    public required bool IsRestore { get; init; }

    public required string Repository { get; init; }

    public required string Label { get; init; }

    /// <summary>Of a restore: the layer that it reads; null for a backup.</summary>
    public string? Layer { get; init; }
}
