using System.Text.Json;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.Restore;

/// <summary>
/// Gives staged databases their names: all or none, whatever happens in between. One file is published by its link;
/// several by a record that is written first.
/// </summary>
internal static class Publication
{
    private static readonly string[] Leftovers = ["-wal", "-shm", "-journal"];

    /// <summary>Refuses names and places that are taken.</summary>
    public static void Check(DatabaseFile target)
    {
        if (File.Exists(target.Path))
            throw SqliteErrors.DatabaseExists(target.Name);
        foreach (var ending in Leftovers)
        {
            if (File.Exists(target.Path + ending))
                throw SqliteErrors.LeftoverBeside(target.Name, Path.GetFileName(target.Path) + ending);
        }
    }

    /// <summary>Publishes files that are complete and on disk.</summary>
    /// <param name="directory">The directory in which they are staged.</param>
    /// <param name="files">The files.</param>
    public static void Run(string directory, IReadOnlyList<StagedFile> files)
    {
        foreach (var file in files)
            Check(file.Target);
        if (files.Count > 1)
            Commit(directory, files);
        Link(directory, files);
        RemoveStaged(files);
    }

    /// <summary>Finishes, or leaves to be removed, what a dead process had staged.</summary>
    /// <param name="staged">Its directory.</param>
    /// <param name="home">The cluster's directory.</param>
    /// <returns>False when files could not be given their names, so that the directory must stay.</returns>
    public static bool Recover(string staged, string home)
    {
        var path = Path.Combine(staged, PublicationRecord.FileName);
        if (!File.Exists(path))
            return true;
        if (ReadRecord(path) is not { Version: PublicationRecord.CurrentVersion } record)
            return false;
        var complete = true;
        foreach (var (source, target) in record.Files)
        {
            var from = Path.Combine(staged, Path.GetFileName(source));
            var to = Path.Combine(home, Path.GetFileName(target));
            complete &= !File.Exists(from) || LocalFiles.TryLink(from, to) || IsSameFile(from, to);
        }

        LocalFiles.FlushDirectory(home);
        return complete;
    }

    private static PublicationRecord? ReadRecord(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), PublicationJson.Default.PublicationRecord);
        }
        catch (JsonException)
        {
            // Somebody else's file: better kept than guessed at.
            return null;
        }
    }

    /// <summary>
    /// The restore has happened: what cannot be removed now is removed when the engine is opened next.
    /// </summary>
    private static void RemoveStaged(IReadOnlyList<StagedFile> files)
    {
        try
        {
            foreach (var file in files)
                File.Delete(file.Path);
        }
        catch (IOException)
        {
        }
        catch (UnauthorizedAccessException)
        {
        }
    }

    private static void Commit(string directory, IReadOnlyList<StagedFile> files)
    {
        var record = new PublicationRecord(
            PublicationRecord.CurrentVersion,
            files.ToDictionary(file => Path.GetFileName(file.Path), file => Path.GetFileName(file.Target.Path)));
        LocalFiles.FlushDirectory(directory);
        LocalFiles.TryWriteDurably(
            Path.Combine(directory, PublicationRecord.FileName),
            JsonSerializer.SerializeToUtf8Bytes(record, PublicationJson.Default.PublicationRecord),
            "new");
    }

    private static void Link(string directory, IReadOnlyList<StagedFile> files)
    {
        for (var i = 0; i < files.Count; i++)
        {
            if (LocalFiles.TryLink(files[i].Path, files[i].Target.Path))
                continue;

            // Somebody took the name since it was looked at. The record goes first: without it nothing has happened.
            File.Delete(Path.Combine(directory, PublicationRecord.FileName));
            LocalFiles.FlushDirectory(directory);
            foreach (var linked in files.Take(i))
                File.Delete(linked.Target.Path);
            throw SqliteErrors.DatabaseExists(files[i].Target.Name);
        }

        LocalFiles.FlushDirectory(Path.GetDirectoryName(files[0].Target.Path)!);
    }

    /// <summary>
    /// Two names of one file agree in all its times; two files made apart differ in the time of their making.
    /// </summary>
    private static bool IsSameFile(string first, string second)
    {
        var (a, b) = (new FileInfo(first), new FileInfo(second));
        return a.Exists && b.Exists && a.Length == b.Length
            && a.LastWriteTimeUtc == b.LastWriteTimeUtc && a.CreationTimeUtc == b.CreationTimeUtc;
    }
}
