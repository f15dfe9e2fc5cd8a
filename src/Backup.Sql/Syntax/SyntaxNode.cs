namespace Backup.Sql.Syntax;

/// <summary>A part of a statement: immutable, equal to another of the same content wherever either stood.</summary>
public abstract record SyntaxNode
{
    private protected SyntaxNode()
    {
    }

    /// <summary>Where the node stands in the text; not part of equality.</summary>
    public SourceSpan Span { get; init; }

    /// <summary>Equality leaves the span out, so that a statement equals its re-parsed canonical text.</summary>
    /// <param name="other">The other node.</param>
    /// <returns>True when the other is a node of the same type; derived records compare their members.</returns>
    public virtual bool Equals(SyntaxNode? other) => other is not null && EqualityContract == other.EqualityContract;

    /// <inheritdoc/>
    public override int GetHashCode() => EqualityContract.GetHashCode();

    /// <summary>
    /// The canonical text of a statement, secrets masked; the type's name for any smaller node, since a node alone
    /// cannot tell whether its text is a secret.
    /// </summary>
    /// <returns>A text that may be logged.</returns>
    public sealed override string ToString() =>
        this is Statement statement ? SqlFormatter.Format(statement) : GetType().Name;
}
