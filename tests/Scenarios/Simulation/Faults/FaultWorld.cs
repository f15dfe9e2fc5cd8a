using Backup.Sql.Scenarios.Fixture;

namespace Backup.Sql.Scenarios.Simulation.Faults;

/// <summary>What a matrix of faults runs in: an engine, a store, perhaps a key.</summary>
internal sealed record FaultWorld(string Engine, string Store = "mem")
{
    /// <summary>The store that <c>remote</c> means, and its name.</summary>
    public RemoteStore? Remote { get; init; }

    /// <summary>The option that every statement needs that opens a backup; null for backups in the clear.</summary>
    public string? Key { get; init; }

    /// <summary>Whether every call takes its time: then fewer statements follow each fault.</summary>
    public bool IsSlow { get; init; }

    public override string ToString() =>
        $"{Engine} on {(Remote is null ? Store : "S3")}{(Key is null ? "" : ", encrypted")}";
}
