namespace Backup.Sql.Catalog;

/// <summary>A schema of a database. Engines without schemas show one, <c>public</c>.</summary>
public sealed record SchemaDescriptor : ObjectDescriptor;
