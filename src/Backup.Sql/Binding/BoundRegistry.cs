using Backup.Sql.Diagnostics;

namespace Backup.Sql.Binding;

/// <summary>A statement about the registry of backups.</summary>
internal abstract record BoundRegistryStatement : BoundStatement;

/// <summary>A registered backup as a statement names it.</summary>
/// <param name="Name">Its name, or its full name.</param>
/// <param name="Place">Where it is named.</param>
internal readonly record struct RegisteredName(string Name, TextPlace Place);

/// <summary>SHOW REGISTERED BACKUPS, SHOW REGISTERED BACKUP.</summary>
internal sealed record BoundShowRegistered : BoundRegistryStatement
{
    public override string Effect() => "reads the registry of backups; changes nothing";

    /// <summary>The one to show; null for all.</summary>
    public RegisteredName? Backup { get; init; }

    public string? Database { get; init; }

    /// <summary>Labels that a backup must carry, <c>k=v</c> or <c>k</c>.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];
}

/// <summary>ALTER REGISTERED BACKUP … SET LABELS.</summary>
internal sealed record BoundSetLabels(RegisteredName Backup, IReadOnlyList<string> Labels) : BoundRegistryStatement
{
    public override string Effect() => $"changes the labels of {Backup.Name}, in the registry and beside the backup";
}

/// <summary>DROP BACKUP by registered names.</summary>
internal sealed record BoundDropRegistered(IReadOnlyList<RegisteredName> Backups, bool IfExists)
    : BoundRegistryStatement;

/// <summary>IMPORT BACKUP.</summary>
internal sealed record BoundImport(string Handle, RegisteredName Plugin, string Database) : BoundRegistryStatement
{
    public override string Effect() => $"asks plug-in {Plugin.Name} for the backup and registers it";

    /// <summary>The name to register it under; null for one from its time.</summary>
    public string? Name { get; init; }

    public IReadOnlyList<string> Labels { get; init; } = [];
}
