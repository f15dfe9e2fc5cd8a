using System.Collections.Frozen;
using System.Text;

namespace Backup.Sql.Syntax;

/// <summary>How names are folded and quoted in both dialects.</summary>
internal static class Identifiers
{
    private const string Reserved =
        """
        all analyse analyze and any array as asc asymmetric both case cast check collate column concurrently
        constraint create current_catalog current_date current_role current_schema current_time
        current_timestamp current_user default deferrable desc distinct do else end except false fetch for
        foreign from grant group having in initially intersect into lateral leading limit localtime
        localtimestamp not null offset on only or order placing primary references returning select session_user
        some symmetric table then to trailing true union unique user using variadic when where window with
        """;

    private const string NotNames =
        """
        authorization collation cross family full ilike inner is isnull join left like natural none notnull
        outer overlaps right similar
        """;

    // Words that could be taken for something else at the start of a name.
    private const string Ambiguous =
        """
        between bigint bit boolean box2d char character characteristics coalesce dec decimal exists extract
        extract_duration float generated geography geometry greatest grouping if iferror ifnull inout int
        integer interval iserror least nullif numeric of ordinality out overlay point polygon position precision
        real reset role row set setof smallint string substring tenant time timestamp timestamptz timetz treat
        trim values varbit varchar vector virtual work
        """;

    private static readonly FrozenSet<string> _quotedFirst = Words(Reserved, NotNames, Ambiguous);
    private static readonly FrozenSet<string> _notTypeNames = Words(Reserved, NotNames);

    // INTO is no keyword of these statements, but after BACKUP SNAPSHOT it would make them another dialect's.
    private static readonly FrozenSet<string> _snapshotWords = Words(
        """
        all and as asc backup broker by cancel catalog catalogs create database databases desc drop export
        external false for force from function functions grant in into like limit location materialized not null
        on only or order partition partitions properties read recover repositories repository restore revoke
        role show snapshot system table tables temporary to true user view views where with
        """);

    /// <summary>
    /// Folds a bare word of the CockroachDB dialect: lower case and, where the host brings ICU, normal form C.
    /// </summary>
    public static string Fold(ReadOnlySpan<char> word)
    {
        if (!Ascii.IsValid(word))
            return word.ToString().ToLowerInvariant().Normalize(NormalizationForm.FormC);
        if (!word.ContainsAnyInRange('A', 'Z'))
            return word.ToString();
        return string.Create(word.Length, word, static (folded, word) => Ascii.ToLower(word, folded, out _));
    }

    /// <summary>True when a name can stand without quotes as the first part of a name.</summary>
    public static bool IsBareFirst(string name) => IsBare(name) && !_quotedFirst.Contains(name);

    /// <summary>True when a name has the shape of a folded bare word, reserved or not.</summary>
    public static bool IsBare(string name)
    {
        if (name.Length == 0 || !(char.IsAsciiLetterLower(name[0]) || name[0] is '_' or >= '\u0080'))
            return false;
        foreach (var c in name)
        {
            if (!(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '$' or >= '\u0080'))
                return false;
        }

        return Ascii.IsValid(name) || Fold(name) == name;
    }

    /// <summary>True when a name can stand without quotes as the name of a type.</summary>
    public static bool IsBareType(string name) => IsBare(name) && !_notTypeNames.Contains(name);

    /// <summary>True when a name can stand without quotes in a StarRocks statement.</summary>
    public static bool IsBareSnapshotName(string name)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
            return false;
        foreach (var c in name)
        {
            if (!(char.IsAsciiLetterOrDigit(c) || c == '_'))
                return false;
        }

        return !_snapshotWords.Contains(name.ToLowerInvariant());
    }

    /// <summary>A name in the quotes of the CockroachDB dialect.</summary>
    public static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A name in the quotes of the StarRocks dialect.</summary>
    public static string BackQuoted(string name) => $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";

    private static FrozenSet<string> Words(params string[] lists) => lists
        .SelectMany(list => list.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        .ToFrozenSet(StringComparer.Ordinal);
}
