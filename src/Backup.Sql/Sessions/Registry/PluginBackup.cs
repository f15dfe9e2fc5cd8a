namespace Backup.Sql.Sessions.Registry;

/// <summary>What a plug-in knows of a backup.</summary>
public sealed record PluginBackup
{
    /// <summary>True when it is complete and can be used; it is Pending until then.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Why it never will be complete; null unless it failed.</summary>
    public string? Failure { get; init; }

    /// <summary>When it was made; null where that is not known.</summary>
    public DateTimeOffset? Created { get; init; }
}
