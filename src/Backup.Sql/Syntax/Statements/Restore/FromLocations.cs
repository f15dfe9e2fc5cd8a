namespace Backup.Sql.Syntax;

/// <summary>The deprecated form without IN: a full backup and its increments by location.</summary>
/// <param name="Layers">The locations of each layer, oldest first: at least one layer of at least one location.</param>
public sealed record FromLocations(ValueList<ValueList<StringOrPlaceholder>> Layers) : RestoreSource;
