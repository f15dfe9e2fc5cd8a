namespace Backup.Sql.Storage;

/// <summary>
/// Applies a <see cref="ListRequest"/> to names that come in the order of listings: an adapter hands every name over
/// and yields what comes back.
/// </summary>
public sealed class ListFold
{
    private readonly ListRequest _request;
    private string? _lastPrefix;

    /// <summary>Starts a listing.</summary>
    /// <param name="request">What was asked for.</param>
    public ListFold(ListRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        _request = request;
    }

    /// <summary>Takes the next name.</summary>
    /// <param name="name">An object's name, not before the one of the last call.</param>
    /// <param name="length">The object's size in bytes.</param>
    /// <param name="entry">What to list.</param>
    /// <returns>False if nothing is to be listed for this name.</returns>
    public bool TryFold(string name, long length, out ListEntry entry)
    {
        ArgumentNullException.ThrowIfNull(name);
        entry = default;
        if (!name.StartsWith(_request.Prefix, StringComparison.Ordinal))
            return false;
        var listed = CommonPrefix(name);
        entry = listed is null ? new ListEntry(name, length, false) : new ListEntry(listed, 0, true);
        if (_request.StartAfter is { } after && ObjectName.Compare(entry.Name, after) <= 0)
            return false;
        if (listed is null)
            return true;
        var isNew = listed != _lastPrefix;
        _lastPrefix = listed;
        return isNew;
    }

    /// <summary>
    /// Tells whether any name that starts with a text may be listed, so that the others need not be read.
    /// </summary>
    /// <param name="start">What the names start with, such as a directory and its slash.</param>
    /// <returns>False if none of them is listed.</returns>
    public bool MayList(string start)
    {
        ArgumentNullException.ThrowIfNull(start);
        var prefixFits = start.StartsWith(_request.Prefix, StringComparison.Ordinal)
            || _request.Prefix.StartsWith(start, StringComparison.Ordinal);
        return prefixFits && (_request.StartAfter is not { } after
            || after.StartsWith(start, StringComparison.Ordinal)
            || ObjectName.Compare(start, after) > 0);
    }

    /// <summary>
    /// Tells whether all names that start with a text fold into one entry, so that one of them suffices.
    /// </summary>
    /// <param name="start">What the names start with.</param>
    /// <returns>True if they do.</returns>
    public bool FoldsWhole(string start)
    {
        ArgumentNullException.ThrowIfNull(start);
        return start.StartsWith(_request.Prefix, StringComparison.Ordinal) && CommonPrefix(start) is not null;
    }

    private string? CommonPrefix(string name)
    {
        if (string.IsNullOrEmpty(_request.Delimiter))
            return null;
        var at = name.IndexOf(_request.Delimiter, _request.Prefix.Length, StringComparison.Ordinal);
        return at < 0 ? null : name[..(at + _request.Delimiter.Length)];
    }
}
