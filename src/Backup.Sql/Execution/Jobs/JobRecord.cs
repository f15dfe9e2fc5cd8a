using Backup.Sql.Collections;

namespace Backup.Sql.Execution.Jobs;

/// <summary>What is kept of a job, written before it works. Holds no secret.</summary>
internal sealed record JobRecord
{
    /// <summary>The job's number: milliseconds since 1970 in the upper 41 of 63 bits, random bits below.</summary>
    public required long Id { get; init; }

    /// <summary>The kind of work: <c>BACKUP</c> or <c>RESTORE</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The statement for people: secrets of its locations replaced.</summary>
    public required string Description { get; init; }

    /// <summary>The statement in canonical form, every location masked.</summary>
    public required string Statement { get; init; }

    /// <summary>
    /// What was asked, as JSON: names resolved, defaults filled in, secrets replaced by references to the vault. It
    /// never changes; the job is planned from it again after a pause, or when the collection has moved on.
    /// </summary>
    public required string Request { get; init; }

    /// <summary>The plan as JSON, as it was last made; null before.</summary>
    public string? Plan { get; init; }

    /// <summary>The user whose job it is.</summary>
    public required string User { get; init; }

    /// <summary>The schedule that it is a run of; null for a statement that was typed.</summary>
    public long? Schedule { get; init; }

    /// <summary>Where the job stands.</summary>
    public JobState State { get; init; } = JobState.Pending;

    /// <summary>What it is doing, for people; null when it does nothing.</summary>
    public string? RunningStatus { get; init; }

    /// <summary>When it was recorded.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it first ran; null before.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When it ended; null before.</summary>
    public DateTimeOffset? Finished { get; init; }

    /// <summary>When this record last changed.</summary>
    public required DateTimeOffset Modified { get; init; }

    /// <summary>Share that is done, from 0 to 1.</summary>
    public double FractionCompleted { get; init; }

    /// <summary>The steps of <see cref="Plan"/> that are done, by their ids.</summary>
    public IReadOnlyList<int> StepsDone { get; init; } = [];

    /// <summary>When its phases began, in order; of the last run that made any.</summary>
    public IReadOnlyList<JobMark>? Marks { get; init; }

    /// <summary>Why it failed or paused: code and message; null otherwise.</summary>
    public string? Error { get; init; }

    /// <summary>The host that works on it; null while nobody does.</summary>
    public string? Owner { get; init; }

    /// <summary>
    /// Until then the owner has it; afterwards any host may claim it. Null while nobody works on it.
    /// </summary>
    public DateTimeOffset? LeaseUntil { get; init; }

    /// <summary>The layer that a backup has begun to write and goes on with after a pause or a crash.</summary>
    public SavedLayer? Layer { get; init; }

    /// <summary>
    /// What a restore comes to, noted right before it is published: if its process dies there, the engines know whether
    /// it was. Null before, and again when the engines have been told that the record says so.
    /// </summary>
    public JobOutcome? Landing { get; init; }

    /// <summary>What a restore has added to the state store, to be removed again if it does not succeed.</summary>
    public IReadOnlyList<AddedEntry> Added { get; init; } = [];

    /// <summary>What it came to; null before it succeeded.</summary>
    public JobOutcome? Outcome { get; init; }
}
