namespace Backup.Sql.Collections;

/// <summary>Something that is wrong with a backup.</summary>
/// <param name="Status">One of <see cref="FindingStatus"/>.</param>
/// <param name="Path">The object concerned.</param>
/// <param name="Detail">What was found, as sentences.</param>
internal sealed record Finding(string Status, string Path, string Detail);
