namespace Backup.Sql.Planning;

/// <summary>Sorts what a restore makes by the engines that it goes into.</summary>
internal sealed class RestoreContentsByEngine
{
    private readonly List<RestoreContents> _all = [];

    /// <summary>The contents of each engine, in the order in which they came.</summary>
    public IReadOnlyList<RestoreContents> All => _all;

    public RestoreContents Of(Destination destination)
    {
        var contents = _all.Find(part => part.Engine == destination.Engine);
        if (contents is null)
            _all.Add(contents = new RestoreContents(destination.Engine));
        return contents;
    }
}
