namespace Backup.Sql.Scenarios.Fixture;

/// <summary>A test that mounts a file system of its own, where that is allowed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FullDiskFactAttribute : FactAttribute
{
    public FullDiskFactAttribute()
    {
        if (FullDisk.Refusal is { } refusal)
            Skip = refusal;
    }
}
