namespace Backup.Sql.Postgres.Changes;

/// <summary>The relations whose changes are caught.</summary>
/// <param name="All">
/// For each, by oid, a stamp that is another one when its changes may not have been caught in between.
/// </param>
/// <param name="Whole">Those of which the log has whole rows.</param>
internal sealed record RelationStamps(IReadOnlyDictionary<uint, string> All, IReadOnlySet<uint> Whole);
