using System.Text.Json;
using Backup.Sql.Catalog;
using Backup.Sql.Collections;

namespace Backup.Sql.Execution;

/// <summary>A kind of entries of the state store that backups carry.</summary>
/// <param name="Kind">The kind, as the state store knows it.</param>
internal abstract record SystemKind(string Kind)
{
    /// <summary>Tells whether an entry belongs to a backup of some databases or tables; to that of a cluster all
    /// do.</summary>
    public virtual bool BelongsTo(JsonElement value, BackupScope scope) => false;

    /// <summary>An entry's value as a backup carries it: without secrets, sealed ones too.</summary>
    public virtual JsonElement Carried(JsonElement value) => value;

    /// <summary>The user without whom the entry makes no sense; null where it makes sense anyhow.</summary>
    public virtual string? UserOf(JsonElement value) => null;

    /// <summary>The entry as it comes back.</summary>
    /// <param name="entry">As it was.</param>
    /// <param name="names">What was restored under which name; null for a whole cluster.</param>
    /// <returns>The entry; null if it does not come back.</returns>
    public virtual SystemEntry? Restored(SystemEntry entry, RestoredNames? names) => entry;
}
