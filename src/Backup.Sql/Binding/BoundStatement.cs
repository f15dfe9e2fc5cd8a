using System.Text.Json.Serialization;

namespace Backup.Sql.Binding;

/// <summary>
/// A statement whose names are resolved, whose options are typed and whose times are evaluated. BACKUP and RESTORE are
/// kept as JSON in their job's record; secrets of locations are replaced by references to the vault.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "statement")]
[JsonDerivedType(typeof(BoundBackup), "backup")]
[JsonDerivedType(typeof(BoundRestore), "restore")]
internal abstract record BoundStatement
{
    private protected BoundStatement()
    {
    }

    /// <summary>What the user should know before the statement runs, as sentences.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>What carrying it out would do, for EXPLAIN, where there is no plan to show.</summary>
    public virtual string Effect() => "reads the collection's manifests or the job store; changes nothing";
}
