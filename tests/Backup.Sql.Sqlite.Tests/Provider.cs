using System.Runtime.CompilerServices;

namespace Backup.Sql.Sqlite.Tests;

internal static class Provider
{
    [ModuleInitializer]
    internal static void Initialise() => SQLitePCL.Batteries_V2.Init();
}
