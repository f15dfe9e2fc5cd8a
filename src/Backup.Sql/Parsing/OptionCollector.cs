using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Parsing;

/// <summary>Notes the options of one clause and refuses the second of a name.</summary>
internal sealed class OptionCollector(SourceText source)
{
    private readonly List<KeyValuePair<string, SourceSpan>> _seen = [];

    /// <summary>The names and places seen.</summary>
    public OptionSpans Spans => new(_seen);

    /// <summary>Notes an option.</summary>
    /// <param name="name">Its name in the canonical text.</param>
    /// <param name="span">Its place.</param>
    public void Add(string name, SourceSpan span)
    {
        if (Contains(name))
            throw Errors.DuplicateOption(source.Place(span), name);
        _seen.Add(new KeyValuePair<string, SourceSpan>(name, span));
    }

    /// <summary>True when an option was noted.</summary>
    /// <param name="name">Its name in the canonical text.</param>
    public bool Contains(string name)
    {
        foreach (var seen in _seen)
        {
            if (seen.Key == name)
                return true;
        }

        return false;
    }
}
