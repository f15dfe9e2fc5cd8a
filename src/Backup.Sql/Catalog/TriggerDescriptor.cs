namespace Backup.Sql.Catalog;

/// <summary>A trigger. It goes where its table goes and is made after the table's rows are in.</summary>
public sealed record TriggerDescriptor : ObjectDescriptor
{
    /// <summary>Id of the table or view that fires it.</summary>
    public required long TableId { get; init; }
}
