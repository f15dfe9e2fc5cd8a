namespace Backup.Sql.Catalog;

/// <summary>A view.</summary>
public sealed record ViewDescriptor : ObjectDescriptor
{
    /// <summary>True when the view's rows are stored. They are computed anew after a restore.</summary>
    public bool Materialized { get; init; }
}
