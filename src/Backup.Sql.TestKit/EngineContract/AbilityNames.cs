using Backup.Sql.Engines;

namespace Backup.Sql.TestKit.EngineContract;

/// <summary>What abilities are called in reports, in the order in which they are shown.</summary>
internal static class AbilityNames
{
    public static IReadOnlyList<(string Name, EngineCapabilities Flags)> All { get; } =
    [
        ("contract", EngineCapabilities.None),
        ("schemas", EngineCapabilities.Schemas),
        ("partitions", EngineCapabilities.Partitions),
        ("time travel", EngineCapabilities.TimeTravel),
        ("change export", EngineCapabilities.ChangeExport),
        ("revision history", EngineCapabilities.RevisionHistory),
        ("page spaces", EngineCapabilities.PageSpaces),
        ("retention holds", EngineCapabilities.RetentionHolds),
        ("zone configuration", EngineCapabilities.ZoneConfiguration),
        ("replace rows", EngineCapabilities.ReplaceRows),
        ("replace rows of partitions", EngineCapabilities.ReplaceRows | EngineCapabilities.Partitions),
        ("restore ledger", EngineCapabilities.RestoreLedger),
    ];

    public static int Width { get; } = All.Max(ability => ability.Name.Length);

    public static string Of(EngineCapabilities flags) =>
        All.FirstOrDefault(ability => ability.Flags == flags).Name ?? flags.ToString();
}
