using Backup.Sql.Diagnostics;
using Backup.Sql.Schedules;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>A statement about backup policies.</summary>
internal abstract record BoundPolicyStatement : BoundStatement;

/// <summary>What a policy chooses databases by.</summary>
internal enum PolicySelection
{
    /// <summary>Their names.</summary>
    Databases,

    /// <summary>Their scope.</summary>
    Scope,

    /// <summary>Their labels.</summary>
    Labels,

    /// <summary>All there are.</summary>
    All,
}

/// <summary>CREATE BACKUP POLICY.</summary>
internal sealed record BoundCreatePolicy(string Name, PolicySelection Selection, IReadOnlyList<string> Items)
    : BoundPolicyStatement
{
    public bool IfNotExists { get; init; }

    /// <summary>The selector as statements write it.</summary>
    public required string SelectorText { get; init; }

    /// <summary>The backup of a database, its targets still missing; secrets are references to the vault.</summary>
    public required BackupStatement Backup { get; init; }

    public required CronExpression Recurrence { get; init; }

    /// <summary>How many backups of each cycle stay; empty for all.</summary>
    public IReadOnlyList<RetentionRule> Retain { get; init; } = [];

    /// <summary>Labels of the backups.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Where the policy is named.</summary>
    public TextPlace Place { get; init; }

    public override string Effect() => $"records policy {Name}; its first backup is taken when it is due";
}

/// <summary>ALTER BACKUP POLICY: one of these changes.</summary>
internal sealed record BoundAlterPolicy(string Name, TextPlace Place) : BoundPolicyStatement
{
    /// <summary>True to suspend, false to resume; null for another change.</summary>
    public bool? Suspended { get; init; }

    public CronExpression? Recurrence { get; init; }

    public IReadOnlyList<RetentionRule>? Retain { get; init; }

    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Where the change stands.</summary>
    public TextPlace ChangePlace { get; init; }

    public override string Effect() => $"changes policy {Name}; its backups stay until its next run";
}

/// <summary>DROP BACKUP POLICY.</summary>
internal sealed record BoundDropPolicy(string Name, bool IfExists, TextPlace Place) : BoundPolicyStatement
{
    public override string Effect() => $"forgets policy {Name}; its backups stay";
}

/// <summary>SHOW BACKUP POLICIES, SHOW BACKUP POLICY; null for all.</summary>
internal sealed record BoundShowPolicies(string? Name, TextPlace Place) : BoundPolicyStatement
{
    public override string Effect() => "reads the policies; changes nothing";
}

/// <summary>SHOW MISSED BACKUPS FOR POLICY.</summary>
internal sealed record BoundShowMissed(string Name, TextPlace Place) : BoundPolicyStatement
{
    public override string Effect() => "reads the policies; changes nothing";
}
