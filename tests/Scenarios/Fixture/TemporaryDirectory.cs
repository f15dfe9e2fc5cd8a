namespace Backup.Sql.Scenarios.Fixture;

/// <summary>A directory of one test's own; gone with it.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public TemporaryDirectory() => Path = Directory.CreateTempSubdirectory("backupsql-").FullName;

    public string Path { get; }

    /// <summary>Makes a directory below.</summary>
    public string Below(string name) => Directory.CreateDirectory(System.IO.Path.Combine(Path, name)).FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
