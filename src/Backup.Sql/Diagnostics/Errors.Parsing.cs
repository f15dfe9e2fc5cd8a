namespace Backup.Sql.Diagnostics;

/// <content>Errors of texts that are no statements.</content>
internal static partial class Errors
{
    public static BackupSqlException SyntaxError(SourcePlace place, string found, string expected, string? nearest) =>
        AtPlace(
            place,
            expected.Length == 0 ? $"syntax error at {found}" : $"syntax error at {found}: expected {expected}",
            nearest is null ? null : $"Did you mean {nearest}?");

    public static BackupSqlException MixedDialects(SourcePlace place, string word) => AtPlace(
        place,
        $"statement mixes CockroachDB and StarRocks syntax: \"{word}\" is not allowed here",
        "Keep to the clauses of one of the two: the leading words decide which.");

    public static BackupSqlException NestedTooDeeply(SourcePlace place) => AtPlace(
        place, "statement is nested too deeply", "Take brackets or operators away: 200 levels are allowed.",
        SqlStates.TooComplex);

    public static BackupSqlException UnterminatedString(SourcePlace place) =>
        AtPlace(place, "unterminated string", "Close the string, and double a quote that belongs to it.");

    public static BackupSqlException UnterminatedName(SourcePlace place) =>
        AtPlace(place, "unterminated quoted identifier", "Close the name, and double a quote that belongs to it.");

    public static BackupSqlException UnterminatedComment(SourcePlace place) =>
        AtPlace(place, "unterminated comment", "Close every /* by its own */: comments nest.");

    public static BackupSqlException UnexpectedCharacter(SourcePlace place, char character) => AtPlace(
        place,
        char.IsControl(character)
            ? $"syntax error at the control character U+{(int)character:X4}"
            : $"syntax error at the character {character}",
        character == '`' ? "Back-quotes belong to StarRocks statements; here a name is quoted by \"…\"." : null);

    public static BackupSqlException InvalidUtf16(SourcePlace place) => AtPlace(
        place, "the text is not valid UTF-16: half of a surrogate pair stands alone",
        "Read the text with the encoding that it was written in.");

    public static BackupSqlException InvalidEscape(SourcePlace place, string escape) => AtPlace(
        place, $"invalid escape {Printable(escape)} in a string",
        "Write \\xHH, \\uXXXX or \\UXXXXXXXX; together they must be valid Unicode.");

    public static BackupSqlException NumberOutOfRange(SourcePlace place, string found) => AtPlace(
        place, $"number {found} is out of range", "Integers here go up to 9223372036854775807.");

    public static BackupSqlException InvalidPlaceholder(SourcePlace place, string number) => AtPlace(
        place, $"placeholder ${number} is out of range", "Placeholders are numbered from $1 to $65535.");

    public static BackupSqlException DuplicateOption(SourcePlace place, string option) =>
        AtPlace(place, $"option {option} is given more than once", "Keep one of them.");

    public static BackupSqlException DuplicateCycle(SourcePlace place, string cycle) =>
        AtPlace(place, $"cycle {cycle} is given more than once", "Keep one of them.");

    public static BackupSqlException VirtualClusterZero(SourcePlace place) =>
        AtPlace(place, "invalid tenant ID: virtual clusters are numbered from 1", "Give a number above 0.");

    public static BackupSqlException ShowBackupWithoutIn(SourcePlace place) => AtPlace(
        place, "SHOW BACKUP FROM needs the collection after IN",
        "Write SHOW BACKUP FROM <subdirectory> IN <collection>; SHOW BACKUPS IN <collection> lists what is there.");

    public static BackupSqlException ShowBackupConnection(SourcePlace place) => AtPlace(
        place, "SHOW BACKUP CONNECTION has been replaced", "Write CHECK EXTERNAL CONNECTION <uri>.");

    public static BackupSqlException NoStatement() =>
        new(SqlStates.SyntaxError, "the text holds no statement")
        {
            Line = 1, Column = 1, Hint = "Write one, for example: SHOW BACKUPS IN '<collection>'",
        };

    public static BackupSqlException SeveralStatements(SourcePlace place) => AtPlace(
        place, "the text holds more than one statement", "Run it as a script.");

    /// <summary>The first of several errors, with the others inside.</summary>
    public static BackupSqlException Several(IReadOnlyList<BackupSqlException> errors)
    {
        var first = errors[0];
        return new BackupSqlException(first.SqlState, first.Message)
        {
            Line = first.Line,
            Column = first.Column,
            Length = first.Length,
            Detail = first.Detail,
            Hint = first.Hint,
            Others = [.. errors.Skip(1)],
        };
    }

    private static BackupSqlException AtPlace(
        SourcePlace place, string message, string? hint, string sqlState = SqlStates.SyntaxError) =>
        new(sqlState, message)
        {
            Line = place.Line,
            Column = place.Column,
            Length = place.Length,
            Detail = place.Excerpt,
            Hint = hint,
        };
}
