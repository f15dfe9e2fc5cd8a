using Backup.Sql.Repl.Output;

namespace Backup.Sql.Repl.Shell;

/// <summary>Everything that a shell prints on.</summary>
internal sealed class Screen
{
    /// <summary>Takes what is no row: help, tags.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Prints rows.</summary>
    public required IAnswerWriter Answers { get; init; }

    /// <summary>Prints errors and notices.</summary>
    public required ErrorWriter Errors { get; init; }

    /// <summary>Shows progress.</summary>
    public required IProgressView Progress { get; init; }

    /// <summary>
    /// True to print command tags: in tables for people, not between the lines of a machine's format.
    /// </summary>
    public bool ShowTags { get; init; }

    /// <summary>True to print how long a statement took.</summary>
    public bool ShowTimes { get; init; }

    /// <summary>Prints the tag line of a statement.</summary>
    /// <param name="tag">Its command tag.</param>
    /// <param name="elapsed">How long it took.</param>
    public void WriteTag(string tag, TimeSpan elapsed)
    {
        if (ShowTags)
            Output.WriteLine(ShowTimes ? $"{tag}  {ValueText.Duration(elapsed)}" : tag);
        Output.Flush();
    }
}
