using Backup.Sql.Access;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>Privileges and their objects as statements and people write them.</summary>
internal static class PrivilegeText
{
    /// <summary>Each privilege by itself, in the order in which they are listed.</summary>
    public static IReadOnlyList<Privilege> Single { get; } =
        [.. Enum.GetValues<Privilege>().Where(privilege => privilege != Privilege.None)];

    public static string Of(Privilege privilege) => privilege.ToString().ToUpperInvariant();

    public static string Of(Securable on) => on.Kind switch
    {
        SecurableKind.System => "the system",
        SecurableKind.Database => $"database {on.Name}",
        SecurableKind.Table => $"table {on.Name}",
        SecurableKind.TablesOfDatabase when on.Name == Securable.AllDatabases => "all tables in all databases",
        SecurableKind.TablesOfDatabase => $"all tables in database {on.Name}",
        _ => $"external connection {on.Name}",
    };

    /// <summary>The kind of an object as SHOW GRANTS shows it.</summary>
    public static string Of(SecurableKind kind) => kind switch
    {
        SecurableKind.TablesOfDatabase => "all_tables",
        SecurableKind.ExternalConnection => "external_connection",
        _ => kind.ToString().ToLowerInvariant(),
    };

    public static string Any(SecurableKind kind) => kind switch
    {
        SecurableKind.System => "the system",
        SecurableKind.ExternalConnection => "an external connection",
        _ => "a " + Of(kind),
    };

    /// <summary>Privileges of the StarRocks dialect have a GRANT of their own.</summary>
    public static bool IsSnapshotPrivilege(Privilege privilege) =>
        privilege is Privilege.Repository or Privilege.Export;

    /// <summary>The statement that would give a privilege.</summary>
    public static Statement Grant(Privilege privilege, Securable on, string grantee)
    {
        if (IsSnapshotPrivilege(privilege))
        {
            SnapshotPrivilege what = on.Kind switch
            {
                SecurableKind.System => new RepositoryPrivilege(),
                SecurableKind.Table => new ExportTablePrivilege(new ObjectName([.. SnapshotParts(on.Name)])),
                _ => new ExportAllTablesPrivilege(on.Name == Securable.AllDatabases ? null : new Name(on.Name)),
            };
            return new GrantSnapshotPrivilegeStatement(false, what, new Grantee(new Name(grantee), false));
        }

        GrantObject? target = on.Kind switch
        {
            SecurableKind.System => null,
            SecurableKind.Database => new GrantOnDatabases([new Name(on.Name)]),
            SecurableKind.Table => new GrantOnTables(
                [new TablePattern([.. on.Name.Split('.').Select(part => new Name(part))], false, null)]),
            _ => new GrantOnConnections([new Name(on.Name)]),
        };
        return new GrantStatement([new Name(Of(privilege).ToLowerInvariant())], target, [new Name(grantee)], false);
    }

    // Names of that dialect have no schema.
    private static IEnumerable<Name> SnapshotParts(string table)
    {
        var parts = table.Split('.');
        return [new Name(parts[0]), new Name(parts[^1])];
    }
}
