using Backup.Sql.Planning.Steps;

namespace Backup.Sql.Planning;

/// <summary>Numbers the steps of a plan in the making.</summary>
internal sealed class StepList
{
    private readonly List<PlanStep> _steps = [];

    /// <summary>Adds the step that the function makes of its number.</summary>
    public int Add(Func<int, PlanStep> make)
    {
        var id = _steps.Count + 1;
        _steps.Add(make(id));
        return id;
    }

    public IReadOnlyList<PlanStep> ToList() => _steps;

    /// <summary>The step as a list to wait for; empty for 0, which is no step.</summary>
    public static IReadOnlyList<int> Of(int id) => id == 0 ? [] : [id];
}
