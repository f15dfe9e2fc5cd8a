using Backup.Sql.Catalog;

namespace Backup.Sql.Sessions.Snapshots;

/// <summary>What is kept of a repository: a name for a collection. Holds no secret.</summary>
internal sealed record RepositoryRecord
{
    public required long Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Where its snapshots lie, sealed.</summary>
    public required string Location { get; init; }

    /// <summary>The location as people see it.</summary>
    public required string ShownLocation { get; init; }

    /// <summary>The broker, by the name that the host registered it under; null for none.</summary>
    public string? Broker { get; init; }

    public bool IsReadOnly { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>How long its snapshots are kept unless they say so themselves; null for ever.</summary>
    public CalendarPeriod? Ttl { get; init; }
}
