namespace Backup.Sql.Postgres.Restore;

/// <summary>Sentences for the user, each once, from whoever works on the restore.</summary>
internal sealed class NoticeList
{
    private readonly Lock _gate = new();
    private readonly List<string> _notices = [];

    public IReadOnlyList<string> All
    {
        get
        {
            lock (_gate)
                return [.. _notices];
        }
    }

    public void Add(string notice)
    {
        lock (_gate)
        {
            if (!_notices.Contains(notice))
                _notices.Add(notice);
        }
    }

    public void AddRange(IEnumerable<string> notices)
    {
        foreach (var notice in notices)
            Add(notice);
    }
}
