namespace Backup.Sql.Catalog;

/// <summary>A user-defined function.</summary>
public sealed record FunctionDescriptor : ObjectDescriptor;
