namespace Backup.Sql.Diagnostics;

/// <content>Errors of expressions over rows: columns, types, values.</content>
internal static partial class Errors
{
    public static BackupSqlException ColumnNotFound(string name, IEnumerable<string> known, TextPlace place) =>
        At(place, SqlStates.UndefinedColumn, $"there is no column \"{name}\"",
            Nearest(
                name, known.Where(column => column.Length > 0), "The columns are: ",
                "Nothing is read here; strings stand in single quotes."));

    public static BackupSqlException AmbiguousColumn(string name, TextPlace place) =>
        At(place, SqlStates.AmbiguousName, $"several columns are called \"{name}\"",
            "Give one of them another name with AS.");

    public static BackupSqlException UnknownSource(string name, TextPlace place) =>
        At(place, SqlStates.UndefinedTable, $"\"{name}\" gives no rows here",
            "Read from a statement in brackets, as in [SHOW JOBS], or from a name that WITH gives.");

    public static BackupSqlException FunctionNotFound(string name, IEnumerable<string> known, TextPlace place) =>
        At(place, SqlStates.UndefinedFunction, $"there is no function \"{name}\" for these arguments",
            Nearest(name, known, "The functions are: ", ""));

    public static BackupSqlException UnknownType(string name, TextPlace place) =>
        At(place, SqlStates.UndefinedFunction, $"there is no type \"{name}\" to convert to",
            "Use BOOL, INT, DECIMAL, FLOAT, STRING, BYTES, JSON, TIMESTAMPTZ, INTERVAL or STRING[].");

    public static BackupSqlException TypeMismatch(string what, string needed, string found, TextPlace place) =>
        At(place, SqlStates.DatatypeMismatch, $"{what} must be {needed}, and this is {found}",
            $"Convert it with :: or write another expression of type {needed}.");

    public static BackupSqlException CannotCompare(string left, string right, TextPlace place) =>
        At(place, SqlStates.DatatypeMismatch, $"{left} cannot be compared with {right}",
            $"Convert one of them: expression::{left}");

    public static BackupSqlException WrongOperands(string sign, string left, string right, TextPlace place) =>
        At(place, SqlStates.DatatypeMismatch, $"{sign} does not take {left} and {right}",
            "Convert the operands with ::, for example column::STRING.");

    public static BackupSqlException CannotCast(string from, string to, TextPlace place) =>
        At(place, SqlStates.DatatypeMismatch, $"{from} cannot become {to}", "Go by way of text: expression::STRING");

    public static BackupSqlException NotOfType(string value, string type, TextPlace place) =>
        At(place, SqlStates.InvalidParameterValue, $"\"{value}\" is no value of type {type}",
            $"Write it as {type} is written, or compare with another column.");

    public static BackupSqlException ValueOutOfRange(string type, TextPlace place) =>
        At(place, SqlStates.NumericValueOutOfRange, $"the result does not fit {type}",
            "Convert an operand to DECIMAL or FLOAT first.");

    public static BackupSqlException DivisionByZero(TextPlace place) =>
        At(place, SqlStates.DivisionByZero, "division by zero", "Leave out the rows where the divisor is zero.");

    public static BackupSqlException SeveralRows(int rows, TextPlace place) =>
        At(place, SqlStates.CardinalityViolation, $"a query in the place of one value gives {rows} rows",
            "Add LIMIT 1, or use IN.");

    public static BackupSqlException NotOneColumn(int columns, string needed, TextPlace place) =>
        At(place, SqlStates.DatatypeMismatch, $"the query gives {columns} columns where {needed} is needed",
            "Name the column, as in SELECT job_id FROM [SHOW JOBS].");

    public static BackupSqlException UnevenRows(int first, int other, TextPlace place) =>
        At(place, SqlStates.SyntaxError, $"a row of {first} values stands beside one of {other}",
            "Give every row of VALUES the same number of values.");

    public static BackupSqlException NoSuchPosition(string position, int columns, TextPlace place) =>
        At(place, SqlStates.UndefinedColumn, $"ORDER BY {position} names no column of the result",
            $"Give a number from 1 to {columns}, or a column's name.");

    public static BackupSqlException NegativeLimit(TextPlace place) =>
        At(place, SqlStates.InvalidParameterValue, "LIMIT must not be negative", "Give 0 or more, or leave LIMIT out.");

    public static BackupSqlException NoValue(string word, TextPlace place) =>
        At(place, SqlStates.InvalidParameterValue, $"{word} is no value here", "Give a value.");

    public static BackupSqlException ExpressionTooLong(TextPlace place) =>
        At(place, SqlStates.TooComplex, "the expression is too long", "Compare with IN (…) instead of many ORs.");
}
