namespace Backup.Sql.Syntax;

/// <summary>A name of one or more parts, outermost first: <c>db.schema.table</c>.</summary>
/// <param name="Parts">The parts, at least one.</param>
public sealed record ObjectName(ValueList<Name> Parts) : SyntaxNode
{
    /// <summary>The innermost part: the table of <c>db.schema.table</c>.</summary>
    public Name Last => Parts[^1];
}
