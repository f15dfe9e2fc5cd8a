namespace Backup.Sql.Syntax;

/// <summary>Partitions of a table.</summary>
/// <param name="Partitions">Their names, at least one.</param>
/// <param name="IsTemporary">True for TEMPORARY.</param>
public sealed record PartitionSet(ValueList<Name> Partitions, bool IsTemporary) : SyntaxNode;
