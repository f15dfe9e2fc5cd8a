namespace Backup.Sql.Access;

/// <summary>The kinds of what privileges are held on.</summary>
public enum SecurableKind
{
    /// <summary>The installation as a whole.</summary>
    System,

    /// <summary>A database; nothing inside of it.</summary>
    Database,

    /// <summary>A table, view or sequence.</summary>
    Table,

    /// <summary>All tables that a database has or will have; the name <c>*</c> means those of all databases.</summary>
    TablesOfDatabase,

    /// <summary>An external connection.</summary>
    ExternalConnection,
}
