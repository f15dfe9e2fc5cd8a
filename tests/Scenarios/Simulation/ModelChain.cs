namespace Backup.Sql.Scenarios.Simulation;

/// <summary>One chain as the model knows it: the state that each layer must restore to.</summary>
internal sealed record ModelChain(string Path, string Database, bool History)
{
    public List<(string End, string State)> Layers { get; } = [];

    /// <summary>With history: times inside the window and what was there.</summary>
    public List<(string Time, string State)> Moments { get; } = [];
}
