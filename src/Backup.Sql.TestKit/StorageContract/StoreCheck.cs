using Backup.Sql.Storage;

namespace Backup.Sql.TestKit.StorageContract;

/// <summary>A check and what a store must be able to do for it.</summary>
internal sealed class StoreCheck(Func<StoreArea, Task> run)
{
    public string Name { get; } = run.Method.Name;

    public Func<StoreArea, Task> Run { get; } = run;

    public StoreCapabilities With { get; init; }

    public StoreCapabilities Without { get; init; }

    public string? ReasonToSkip(StoreCapabilities capabilities)
    {
        if (!capabilities.HasFlag(With))
            return $"the store has no {With}";
        return (capabilities & Without) != 0 ? $"the store has {Without}" : null;
    }
}
