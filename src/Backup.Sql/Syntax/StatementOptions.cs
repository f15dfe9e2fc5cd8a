namespace Backup.Sql.Syntax;

/// <summary>
/// The options of one <c>WITH</c> clause. Remembers where each stood, for errors about an option as a whole.
/// </summary>
public abstract record StatementOptions : SyntaxNode
{
    private readonly OptionSpans _spans;

    private protected StatementOptions()
    {
    }

    internal OptionSpans Spans
    {
        get => _spans;
        init => _spans = value;
    }

    /// <summary>The place of an option in the text.</summary>
    /// <param name="option">The option's name as the canonical text writes it: <c>revision_history</c>.</param>
    /// <returns>The option's span, value included; the span of the whole clause when the option is not there.</returns>
    public SourceSpan SpanOf(string option) => _spans.Find(option) ?? Span;
}
