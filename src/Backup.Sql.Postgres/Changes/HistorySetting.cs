namespace Backup.Sql.Postgres.Changes;

/// <summary>What is set in a database whose changes are tracked.</summary>
/// <param name="Slot">The slot that keeps the log.</param>
/// <param name="Retention">For how long.</param>
internal sealed record HistorySetting(string Slot, TimeSpan Retention);
