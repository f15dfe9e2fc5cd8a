using Backup.Sql.Scenarios.Fixture;

namespace Backup.Sql.Scenarios.Simulation.Corruption;

/// <summary>What is swept.</summary>
/// <param name="Engine">The engine.</param>
/// <param name="Store"><c>mem</c>, <c>file</c> or <c>remote</c>.</param>
/// <param name="Rows">True for tables, whose rows are written; false for databases: pages of SQLite.</param>
/// <param name="Encrypted">True for a chain that is encrypted.</param>
internal sealed record SweepCase(string Engine, string Store, bool Rows, bool Encrypted)
{
    /// <summary>The store that <c>remote</c> means.</summary>
    public RemoteStore? Remote { get; init; }

    /// <summary>The name that the full backup is registered by.</summary>
    public string Name => "main";

    public override string ToString() =>
        $"{(Encrypted ? "sealed" : "plain")} {(Engine == "sqlite" && !Rows ? "pages" : "rows")} of {Engine} on {(Remote is null ? Store : "S3")}";
}
