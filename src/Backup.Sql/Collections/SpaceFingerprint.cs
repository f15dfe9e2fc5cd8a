namespace Backup.Sql.Collections;

/// <summary>
/// What proves that rows are the rows that were backed up: their number and the sum of their 128-bit digests modulo
/// 2^128, which does not depend on their order.
/// </summary>
/// <param name="Scope">Which rows.</param>
/// <param name="Rows">How many.</param>
/// <param name="Sum">The sum of their digests.</param>
internal readonly record struct SpaceFingerprint(FingerprintScope Scope, long Rows, UInt128 Sum);
