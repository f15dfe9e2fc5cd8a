namespace Backup.Sql.Execution.Jobs;

/// <summary>What was asked, so that it can be planned again: after a pause, or when the collection has moved on.</summary>
/// <param name="Statement">The statement in canonical form, parameters filled in, secrets replaced by references to the vault.</param>
/// <param name="Database">The session's current database at that time; null for none.</param>
public sealed record JobRequest(string Statement, string? Database);
