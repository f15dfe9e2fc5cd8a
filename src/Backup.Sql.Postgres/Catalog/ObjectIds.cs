namespace Backup.Sql.Postgres.Catalog;

/// <summary>
/// Ids of objects, unique in the cluster: PostgreSQL's own numbers are unique only in one catalog of one database.
/// </summary>
/// <remarks>27 bits of the database's oid, 4 bits of the class, 32 bits of the object's oid.</remarks>
internal static class ObjectIds
{
    private const int ClassShift = 32;
    private const int DatabaseShift = 36;
    private const uint DatabaseMask = (1u << 27) - 1;

    /// <summary>The id of a database.</summary>
    public static long OfDatabase(uint database) => Of(database, ObjectClass.Database, 0);

    /// <summary>The id of an object.</summary>
    public static long Of(uint database, ObjectClass objectClass, uint oid) =>
        ((long)(database & DatabaseMask) << DatabaseShift) | ((long)objectClass << ClassShift) | oid;

    /// <summary>The object's own oid.</summary>
    public static uint OidOf(long id) => (uint)id;

    /// <summary>What the id numbers.</summary>
    public static ObjectClass ClassOf(long id) => (ObjectClass)((id >> ClassShift) & 0xF);
}
