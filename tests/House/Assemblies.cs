using System.Reflection;

namespace Backup.Sql.House;

/// <summary>The assemblies that are shipped as libraries.</summary>
internal static class Assemblies
{
    public static IReadOnlyList<Assembly> Shipped { get; } =
    [
        typeof(Sessions.BackupSession).Assembly,
        typeof(Hosting.BackupSqlHostingServiceCollectionExtensions).Assembly,
        typeof(Sqlite.SqliteEngine).Assembly,
        typeof(Postgres.PostgresStateStore).Assembly,
        typeof(Aws.S3ObjectStoreProvider).Assembly,
        typeof(TestKit.Memory.MemoryEngine).Assembly,
    ];
}
