using System.Data.Common;

namespace Backup.Sql.Diagnostics;

/// <summary>
/// The only exception that this library answers a statement with. It says what is wrong (<see
/// cref="Exception.Message"/>: lower case, no full stop), which facts belong to it (<see cref="Detail"/>), what to do
/// next (<see cref="Hint"/>), and, where the statement's text is to blame, the place.
/// </summary>
/// <remarks>Secrets never enter a message, a detail or a hint.</remarks>
public sealed class BackupSqlException : DbException
{
    /// <summary>Makes an error.</summary>
    /// <param name="sqlState">One of <see cref="SqlStates"/>.</param>
    /// <param name="message">What is wrong: lower case, no full stop, no secret.</param>
    /// <param name="inner">The cause, kept for logs; its text is never the answer.</param>
    public BackupSqlException(string sqlState, string message, Exception? inner = null)
        : base(message, inner)
    {
        SqlState = sqlState;
    }

    /// <summary>The five-character code; see <see cref="SqlStates"/>.</summary>
    public override string SqlState { get; }

    /// <summary>
    /// Where cause and cure of the code are described, <c>docs/errors.md#code</c>: relative to the sources of the
    /// library, unless somebody has set another.
    /// </summary>
    public override string? HelpLink
    {
        get => base.HelpLink ?? $"docs/errors.md#{SqlState.ToLowerInvariant()}";
        set => base.HelpLink = value;
    }

    /// <summary>True if the same statement may succeed when it is simply run again.</summary>
    public override bool IsTransient => Transient;

    /// <summary>The value of <see cref="IsTransient"/>.</summary>
    public bool Transient { get; init; }

    /// <summary>Line of the offending text, from 1; 0 when the error has no place in the text.</summary>
    public int Line { get; init; }

    /// <summary>
    /// Column of the offending text in UTF-16 units, from 1; 0 when the error has no place in the text.
    /// </summary>
    public int Column { get; init; }

    /// <summary>Length of the offending text in UTF-16 units.</summary>
    public int Length { get; init; }

    /// <summary>Facts: for syntax errors the source line and a caret under the offending token.</summary>
    public string? Detail { get; init; }

    /// <summary>The next step, as a sentence, with a statement to type where possible.</summary>
    public string? Hint { get; init; }

    /// <summary>
    /// The other errors of the same text, in the order of the text: parsing collects all of them and throws the first.
    /// </summary>
    public IReadOnlyList<BackupSqlException> Others { get; init; } = [];
}
