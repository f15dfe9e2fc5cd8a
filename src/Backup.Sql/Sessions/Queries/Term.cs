namespace Backup.Sql.Sessions.Queries;

/// <summary>An expression whose columns are found and whose type is known.</summary>
/// <param name="Type">The type of its values.</param>
/// <param name="Value">Its value for a row; null for NULL.</param>
internal sealed record Term(SqlType Type, Func<IReadOnlyList<object?>, object?> Value)
{
    /// <summary>
    /// The text of a string constant, which takes on the type of whatever it meets; null for anything else.
    /// </summary>
    public string? Text { get; init; }

    public static Term Constant(SqlType type, object? value) => new(type, _ => value);

    public static Term OfText(string text) => Constant(SqlType.String, text) with { Text = text };

    /// <summary>A term that is NULL where one of its operands is.</summary>
    public static Term Strict(SqlType type, Term operand, Func<object, object?> value) =>
        new(type, row => operand.Value(row) is { } known ? value(known) : null);

    /// <inheritdoc cref="Strict(SqlType, Term, Func{object, object})"/>
    public static Term Strict(SqlType type, Term left, Term right, Func<object, object, object?> value) =>
        new(type, row => left.Value(row) is { } a && right.Value(row) is { } b ? value(a, b) : null);
}
