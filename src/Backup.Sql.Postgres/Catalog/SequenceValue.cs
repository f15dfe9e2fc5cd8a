namespace Backup.Sql.Postgres.Catalog;

/// <summary>Where a sequence stands.</summary>
/// <param name="Value">The last value given out, or the next one.</param>
/// <param name="IsCalled">True when it was given out.</param>
internal readonly record struct SequenceValue(long Value, bool IsCalled);
