using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections.Format;

/// <summary>Says at which location of a list the data files of a span lie.</summary>
/// <param name="localities">The localities that have a location of their own.</param>
/// <param name="otherwise">The locality of spans that do not tell theirs: the host's.</param>
/// <param name="strict">True to refuse what would lie at a location of another locality.</param>
internal sealed class FilePlacement(IReadOnlyList<string> localities, string? otherwise, bool strict)
{
    /// <summary>Everything lies at the one location there is.</summary>
    public static FilePlacement Anywhere { get; } = new([], null, false);

    /// <summary>The placement in a store.</summary>
    public static FilePlacement In(IObjectStore store, string? otherwise, bool strict) =>
        store is LocalityStore several ? new FilePlacement(several.Localities, otherwise, strict) : Anywhere;

    /// <summary>The locality whose location takes a span: the narrowest tier that has one.</summary>
    /// <param name="tiers">The span's locality; null where it is not known.</param>
    /// <returns>Null for the default location.</returns>
    /// <exception cref="BackupSqlException">55000 no tier has one, and that is not allowed.</exception>
    public string? For(string? tiers)
    {
        tiers ??= otherwise;
        if (tiers is null)
            return null;
        var pair = tiers.Split(',').LastOrDefault(tier => localities.Contains(tier, StringComparer.Ordinal));
        return pair is null && strict ? throw Errors.NoLocationForLocality(tiers, localities) : pair;
    }
}
