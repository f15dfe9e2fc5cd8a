namespace Backup.Sql.Storage;

/// <summary>
/// Several locations of one collection travel as one sealed text, like a single one: a line for each, the default one
/// first. What lies between them is known to <see cref="StoreOpener"/> alone.
/// </summary>
internal static class LocationList
{
    private const char Separator = '\n';

    /// <summary>Puts sealed locations together.</summary>
    /// <param name="locations">The locations, the default one first.</param>
    /// <returns>One sealed text.</returns>
    public static string Join(IEnumerable<string> locations) => string.Join(Separator, locations.Select(Single));

    /// <summary>A single sealed location, which must not look like a list.</summary>
    public static string Single(string location) => location.Replace("\n", "%0A", StringComparison.Ordinal);

    /// <summary>Takes the text apart.</summary>
    public static IReadOnlyList<string> Split(string locations) => locations.Split(Separator);

    /// <summary>The location that manifests and pointers lie at.</summary>
    public static string DefaultOf(string locations) => Split(locations)[0];
}
