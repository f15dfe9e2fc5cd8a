namespace Backup.Sql.Access;

/// <summary>What a privilege is held on.</summary>
/// <param name="Kind">What sort of thing.</param>
/// <param name="Name">
/// Which one, in the spelling that the engine stores: <c>shop</c>, <c>shop.public.till</c>; empty for the system.
/// </param>
public sealed record Securable(SecurableKind Kind, string Name)
{
    /// <summary>The name that means every database.</summary>
    public const string AllDatabases = "*";

    /// <summary>The installation as a whole.</summary>
    public static Securable System { get; } = new(SecurableKind.System, "");

    /// <summary>A database.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The database.</returns>
    public static Securable Database(string name) => new(SecurableKind.Database, name);

    /// <summary>A table, view or sequence.</summary>
    /// <param name="fullName">Its name with database and schema.</param>
    /// <returns>The table.</returns>
    public static Securable Table(string fullName) => new(SecurableKind.Table, fullName);

    /// <summary>All tables of a database.</summary>
    /// <param name="database">The database; null for all databases.</param>
    /// <returns>Its tables.</returns>
    public static Securable TablesOf(string? database) =>
        new(SecurableKind.TablesOfDatabase, database ?? AllDatabases);

    /// <summary>An external connection.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The connection.</returns>
    public static Securable Connection(string name) => new(SecurableKind.ExternalConnection, name);

    /// <summary>The privileges that can be held on it.</summary>
    /// <returns>All of them together.</returns>
    public Privilege AllPrivileges() => Kind switch
    {
        SecurableKind.System => Privilege.Backup | Privilege.Restore | Privilege.ExternalConnection
            | Privilege.ExternalIoImplicitAccess | Privilege.ControlJob | Privilege.ViewJob
            | Privilege.ViewClusterMetadata | Privilege.RepairCluster | Privilege.Repository,
        SecurableKind.Database => Privilege.Backup | Privilege.Restore,
        SecurableKind.Table => Privilege.Backup | Privilege.Export,
        SecurableKind.TablesOfDatabase => Privilege.Export,
        _ => Privilege.Usage | Privilege.Drop | Privilege.Update,
    };
}
