namespace Backup.Sql.Scenarios.Simulation.Corruption;

/// <summary>An object of a chain.</summary>
/// <param name="Name">Its name in the collection.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Chain">The chain that it belongs to.</param>
/// <param name="Layer">Its layer, counted from the full one.</param>
internal sealed record StoredObject(string Name, ObjectKind Kind, string Chain, int Layer);
