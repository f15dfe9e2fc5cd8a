using System.Text;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>
/// What an object may be called, the same in every store so that a collection can be copied from one to another, and
/// the order in which names are listed.
/// </summary>
/// <remarks>
/// A name is one or more parts joined by <c>/</c>. A part is not empty, not <c>.</c> and not <c>..</c>, holds no
/// control character, no backslash and no half of a surrogate pair, and does not start with <c>.~</c>: such names
/// belong to what stores write aside before it becomes an object.
/// </remarks>
public static class ObjectName
{
    /// <summary>Longest name in bytes of UTF-8: the limit of S3.</summary>
    public const int MaxBytes = 1024;

    /// <summary>Longest part of a name in bytes of UTF-8: the limit of the usual file systems.</summary>
    public const int MaxPartBytes = 255;

    /// <summary>How the parts start that stores keep for themselves.</summary>
    public const string AsidePrefix = ".~";

    /// <summary>The order of listings: that of the names' UTF-8 bytes, which is the order of code points.</summary>
    public static IComparer<string> Order { get; } = Comparer<string>.Create(Compare);

    /// <summary>Refuses what is no name of an object.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="BackupSqlException">22023 the name breaks a rule.</exception>
    public static void Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!IsValid(name))
            throw Errors.InvalidObjectName(name);
    }

    /// <summary>Tells whether a text is the name of an object.</summary>
    /// <param name="name">The text.</param>
    /// <returns>True if an object may have this name.</returns>
    public static bool IsValid(ReadOnlySpan<char> name)
    {
        if (Encoding.UTF8.GetByteCount(name) > MaxBytes)
            return false;
        foreach (var range in name.Split('/'))
        {
            if (!IsPart(name[range]))
                return false;
        }

        return true;
    }

    /// <summary>Compares two names as listings order them.</summary>
    /// <param name="left">A name.</param>
    /// <param name="right">Another.</param>
    /// <returns>Less than, equal to or greater than zero.</returns>
    public static int Compare(string? left, string? right)
    {
        var a = left.AsSpan();
        var b = right.AsSpan();
        var at = a.CommonPrefixLength(b);
        return at < a.Length && at < b.Length
            ? CodePointRank(a[at]).CompareTo(CodePointRank(b[at]))
            : a.Length.CompareTo(b.Length);
    }

    /// <summary>Bytes of a text in UTF-8; null where it holds half of a surrogate pair.</summary>
    internal static int? BytesOf(ReadOnlySpan<char> text)
    {
        var bytes = 0;
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out var rune, out var consumed) != System.Buffers.OperationStatus.Done)
                return null;
            bytes += rune.Utf8SequenceLength;
            text = text[consumed..];
        }

        return bytes;
    }

    internal static bool IsPart(ReadOnlySpan<char> part)
    {
        if (part is "" or "." or ".." || part.StartsWith(AsidePrefix, StringComparison.Ordinal))
            return false;
        var bytes = 0;
        while (!part.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(part, out var rune, out var consumed) != System.Buffers.OperationStatus.Done
                || Rune.IsControl(rune) || rune.Value == '\\')
                return false;
            bytes += rune.Utf8SequenceLength;
            part = part[consumed..];
        }

        return bytes <= MaxPartBytes;
    }

    // UTF-16 puts surrogates, which stand for code points above U+FFFF, before U+E000 to U+FFFF; UTF-8 does not.
    private static int CodePointRank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
