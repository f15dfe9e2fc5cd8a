using Backup.Sql.Engines;

namespace Backup.Sql.TestKit.EngineContract;

/// <summary>One check of the suite.</summary>
/// <param name="Name">What must hold, as a sentence with underscores.</param>
/// <param name="Holds">Checks it.</param>
internal sealed record ConformanceCheck(string Name, Func<CheckContext, Task> Holds)
{
    /// <summary>The ability that it needs; none for what every engine must do.</summary>
    public EngineCapabilities Ability { get; init; }

    /// <summary>
    /// Checks that an engine without the ability refuses; null when there is nothing that could be asked.
    /// </summary>
    public Func<CheckContext, Task>? IsRefused { get; init; }
}
