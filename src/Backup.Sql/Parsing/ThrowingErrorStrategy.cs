using Antlr4.Runtime;

namespace Backup.Sql.Parsing;

/// <summary>
/// Stops at the first error: a repaired statement would do something that nobody wrote. A new one is made for every
/// parse, for a used one believes itself in recovery.
/// </summary>
internal sealed class ThrowingErrorStrategy(SyntaxErrorBuilder errors) : DefaultErrorStrategy
{
    public override void Recover(Parser recognizer, RecognitionException e) =>
        throw errors.Build(recognizer, (SqlToken)(e.OffendingToken ?? recognizer.CurrentToken));

    public override IToken RecoverInline(Parser recognizer) =>
        throw errors.Build(recognizer, (SqlToken)recognizer.CurrentToken);

    public override void ReportError(Parser recognizer, RecognitionException e)
    {
    }

    public override void Sync(Parser recognizer)
    {
    }
}
