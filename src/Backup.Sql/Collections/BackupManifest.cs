using System.Text.Json;
using System.Text.Json.Serialization;
using Backup.Sql.Catalog;
using Backup.Sql.Rows;

namespace Backup.Sql.Collections;

/// <summary>
/// Everything about one layer: its place in the chain, the objects that existed at its end, and the files that hold
/// their rows. The manifest's object is the commit: without it there is no backup.
/// </summary>
internal sealed record BackupManifest
{
    /// <summary>The format that this version of the library writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The format; readers refuse a later one.</summary>
    [JsonPropertyOrder(-1)]
    public int FormatVersion { get; init; } = CurrentFormat;

    /// <summary>128 random bits that name this layer, 32 lower-case hexadecimal digits.</summary>
    public required string LayerId { get; init; }

    /// <summary>The <see cref="LayerId"/> of the chain's full layer.</summary>
    public required string ChainId { get; init; }

    /// <summary>The <see cref="LayerId"/> of the layer below; null for a full one.</summary>
    public string? ParentLayerId { get; init; }

    /// <summary>
    /// The directory that the layer was written to, so that a manifest that came to lie in another one is told from
    /// that one's own. Null in layers of earlier versions.
    /// </summary>
    public string? Directory { get; init; }

    /// <summary>Full or incremental.</summary>
    public required LayerKind Kind { get; init; }

    /// <summary>The end of the layer below; zero for a full one.</summary>
    public HlcTimestamp Start { get; init; }

    /// <summary>The time that the layer restores, in whole microseconds.</summary>
    public required HlcTimestamp End { get; init; }

    /// <summary>
    /// With revision history: any time after this and up to <see cref="End"/> can be restored. Null without.
    /// </summary>
    public HlcTimestamp? RevisionStart { get; init; }

    /// <summary>The kind of engine that was backed up, as it names itself.</summary>
    public required string EngineKind { get; init; }

    /// <summary>The engine's version.</summary>
    public required string EngineVersion { get; init; }

    /// <summary>The package that provides the engine, for the hint when it is missing on restore.</summary>
    public string? EnginePackage { get; init; }

    /// <summary>Identity of the cluster.</summary>
    public required string ClusterId { get; init; }

    /// <summary>
    /// The engines of a layer over several of them; null for a layer of one engine, which the members above describe.
    /// Of several, they describe the one that the chain's full layer names there.
    /// </summary>
    public IReadOnlyList<EngineOrigin>? Engines { get; init; }

    /// <summary>The pause in which the layer was taken; null for one taken while writers worked.</summary>
    public PauseEvidence? Pause { get; init; }

    /// <summary>
    /// The localities that had a location of their own beside the default one, sorted; null where there was only one
    /// location.
    /// </summary>
    public IReadOnlyList<string>? Localities { get; init; }

    /// <summary>True when the whole cluster was backed up.</summary>
    public bool IsFullCluster { get; init; }

    /// <summary>Names of the databases that were backed up whole, with everything that came to be in them.</summary>
    public IReadOnlyList<string> CompleteDatabases { get; init; } = [];

    /// <summary>The targets of the statement in canonical text without secrets; null for the cluster.</summary>
    public string? Targets { get; init; }

    /// <summary>A name given by the user; null for none.</summary>
    public string? Label { get; init; }

    /// <summary>What makes the layer a snapshot; null for a backup of a chain.</summary>
    public SnapshotMark? Snapshot { get; init; }

    /// <summary>True exempts the layer from retention.</summary>
    public bool KeepForever { get; init; }

    /// <summary>Labels, <c>k=v</c>, sorted by key; null for none.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>What the host said of the databases, by name; null for nothing.</summary>
    public IReadOnlyDictionary<string, DatabaseProperties>? DatabaseProperties { get; init; }

    /// <summary>Version of the library that wrote the layer.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>
    /// The objects at <see cref="End"/>: databases, and in each an order in which they can be made again.
    /// </summary>
    public IReadOnlyList<ObjectDescriptor> Objects { get; init; } = [];

    /// <summary>With revision history: the definitions that changed inside the window, in order of time.</summary>
    public IReadOnlyList<SchemaChange> SchemaChanges { get; init; } = [];

    /// <summary>The spaces. One that is not listed did not exist or was not a target.</summary>
    public IReadOnlyList<SpaceManifest> Spaces { get; init; } = [];

    /// <summary>
    /// The system space: what the installation itself keeps and the backup carries, users and schedules of a cluster,
    /// grants on what is covered. Null in layers of earlier versions, which carried none.
    /// </summary>
    public IReadOnlyList<SystemEntry>? System { get; init; } = [];

    /// <summary>Figures of the tables.</summary>
    public IReadOnlyList<TableFigures> Statistics { get; init; } = [];

    /// <summary>Finds a space.</summary>
    /// <param name="space">The space.</param>
    /// <returns>Its entry, or null.</returns>
    public SpaceManifest? Find(Space space)
    {
        foreach (var candidate in Spaces)
        {
            if (candidate.Space == space)
                return candidate;
        }

        return null;
    }

    /// <summary>The engine that a database came from.</summary>
    /// <param name="database">The database.</param>
    /// <returns>The engine; null if the layer knows no such database.</returns>
    public EngineOrigin? OriginOf(string database) =>
        Origins.FirstOrDefault(engine => engine.Databases.Contains(database, StringComparer.Ordinal));

    /// <summary>The engines that the layer came from. At least one.</summary>
    [JsonIgnore]
    public IReadOnlyList<EngineOrigin> Origins => Engines ??
    [
        new EngineOrigin
        {
            Kind = EngineKind,
            Version = EngineVersion,
            Package = EnginePackage,
            ClusterId = ClusterId,
            Databases = [.. Objects.OfType<DatabaseDescriptor>().Select(database => database.Name)],
        },
    ];

    /// <summary>A space in words, for messages.</summary>
    /// <param name="space">The space.</param>
    /// <returns>For example <c>shop.public.till</c>, or <c>shop</c> for the pages of a database.</returns>
    public string Describe(Space space) =>
        space is TableSpace table && Objects.FirstOrDefault(
            known => known.Id == table.TableId && known.Database == table.Database) is { } found
            ? $"{found.Database}.{found.Schema}.{found.Name}"
            : space.Database;

    /// <summary>The manifest's body as text: what <c>as_json</c> shows.</summary>
    /// <returns>JSON.</returns>
    public string ToJson() => JsonSerializer.Serialize(this, CollectionsJsonContext.Default.BackupManifest);
}
