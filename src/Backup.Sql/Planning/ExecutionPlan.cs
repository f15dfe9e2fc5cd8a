using System.Text.Json;
using Backup.Sql.Planning.Steps;

namespace Backup.Sql.Planning;

/// <summary>
/// What a statement will do, as data: self-contained steps that name what they need by id and location, so that any
/// process that has the engine and reaches the store can run them.
/// </summary>
internal sealed record ExecutionPlan
{
    /// <summary>Version of this JSON form; another major one is refused.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The statement's kind: <c>BACKUP</c>, <c>RESTORE</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The steps; each comes after those that it waits for.</summary>
    public required IReadOnlyList<PlanStep> Steps { get; init; }

    /// <summary>What the user should know before it runs, as sentences.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>Why what a backup holds is of one point in time; null for other plans.</summary>
    public string? Consistency { get; init; }

    /// <summary>
    /// Of a RESTORE: id of the layer every space of which is proved by it; null where some are left out.
    /// </summary>
    public string? Proves { get; init; }

    /// <summary>Rows that the plan expects to read.</summary>
    public long EstimatedRows => Steps.Sum(step => step.EstimatedRows);

    /// <summary>Bytes before compression that the plan expects to read.</summary>
    public long EstimatedBytes => Steps.Sum(step => step.EstimatedBytes);

    public string ToJson() => JsonSerializer.Serialize(this, PlanJsonContext.Default.ExecutionPlan);

    public static ExecutionPlan FromJson(string json) =>
        JsonSerializer.Deserialize(json, PlanJsonContext.Default.ExecutionPlan)!;
}
