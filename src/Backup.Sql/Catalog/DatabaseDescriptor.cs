namespace Backup.Sql.Catalog;

/// <summary>A database.</summary>
public sealed record DatabaseDescriptor : ObjectDescriptor;
