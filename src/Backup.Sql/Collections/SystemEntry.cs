using System.Text.Json;

namespace Backup.Sql.Collections;

/// <summary>An entry of the installation's own records that a backup carries: a user, a grant, a schedule.</summary>
/// <param name="Kind">What sort of thing.</param>
/// <param name="Key">Which of them.</param>
/// <param name="Value">The entry. Holds no secret.</param>
internal sealed record SystemEntry(string Kind, string Key, JsonElement Value);
