using System.Text.RegularExpressions;
using Backup.Sql.Catalog;

namespace Backup.Sql.Postgres.Restore;

/// <summary>
/// What stands for a column that holds anything, as those of SQLite do: what its declared type says that it should
/// hold. Lengths and scales are left out, for nobody has ever enforced them. Dates and the like stay as they are, as
/// text: SQLite keeps them as texts and numbers of many forms.
/// </summary>
internal static partial class DeclaredTypes
{
    /// <summary>The column with the type that its rows are expected to have.</summary>
    public static ColumnDescriptor Expect(ColumnDescriptor column) =>
        column is { Type.Kind: ColumnKind.Any, EngineType: { } declared }
            ? column with { Type = new ColumnType(KindOf(declared)) }
            : column;

    private static ColumnKind KindOf(string declared) => declared switch
    {
        _ when Integer().IsMatch(declared) => ColumnKind.Integer,
        _ when Float().IsMatch(declared) => ColumnKind.Float,
        _ when Boolean().IsMatch(declared) => ColumnKind.Boolean,
        _ when Decimal().IsMatch(declared) => ColumnKind.Decimal,
        _ when Text().IsMatch(declared) => ColumnKind.Text,
        _ when Bytes().IsMatch(declared) => ColumnKind.Bytes,
        _ => ColumnKind.Any,
    };

    [GeneratedRegex(@"^(tiny|small|medium|big|unsigned big )?int(eger|[248])?( unsigned)?\s*(\([0-9, ]*\))?$",
        RegexOptions.IgnoreCase)]
    private static partial Regex Integer();

    [GeneratedRegex(@"^(real|float|double)( precision)?\s*(\([0-9, ]*\))?$", RegexOptions.IgnoreCase)]
    private static partial Regex Float();

    [GeneratedRegex("^bool(ean)?$", RegexOptions.IgnoreCase)]
    private static partial Regex Boolean();

    [GeneratedRegex(@"^(decimal|numeric)\s*(\([0-9, ]*\))?$", RegexOptions.IgnoreCase)]
    private static partial Regex Decimal();

    [GeneratedRegex("char|clob|text", RegexOptions.IgnoreCase)]
    private static partial Regex Text();

    [GeneratedRegex(@"^blob\s*(\([0-9, ]*\))?$", RegexOptions.IgnoreCase)]
    private static partial Regex Bytes();
}
