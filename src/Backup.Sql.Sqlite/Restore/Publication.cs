using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
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
    /// <param name="isRemembered">True to leave a record in the directory that tells that it happened.</param>
    public static void Run(string directory, IReadOnlyList<StagedFile> files, bool isRemembered)
    {
        foreach (var file in files)
            Check(file.Target);
        TellApart(directory, files);
        if (files.Count > 1 || isRemembered)
            Commit(directory, files, isRemembered);
        Link(directory, files, hasRecord: files.Count > 1 || isRemembered);
        RemoveStaged(files.Select(file => file.Path));
    }

    /// <summary>Tells whether what is staged in a directory was committed.</summary>
    public static bool IsCommitted(string staged) => File.Exists(Path.Combine(staged, PublicationRecord.FileName));

    /// <summary>Finishes, or leaves to be removed, what a dead process had staged.</summary>
    /// <param name="staged">Its directory.</param>
    /// <param name="home">The cluster's directory.</param>
    /// <returns>
    /// False when the directory must stay: files could not be given their names, or it is the mark of the restore.
    /// </returns>
    public static bool Recover(string staged, string home)
    {
        UnlinkWithdrawn(staged, home);
        if (!IsCommitted(staged))
            return true;
        if (Finish(staged, home) is not { } record)
            return false;
        if (record.Remembered)
            RemoveStaged(record.Files.Keys.Select(source => Path.Combine(staged, Path.GetFileName(source))));
        return !record.Remembered;
    }

    /// <summary>Gives the files of a committed publication their names, if they do not have them.</summary>
    /// <returns>The record; null when a name was taken, or the record is somebody else's.</returns>
    public static PublicationRecord? Finish(string staged, string home)
    {
        if (ReadRecord(Path.Combine(staged, PublicationRecord.FileName))
            is not { Version: PublicationRecord.CurrentVersion } record)
            return null;
        var complete = true;
        foreach (var (source, target) in record.Files)
        {
            var from = Path.Combine(staged, Path.GetFileName(source));
            var to = Path.Combine(home, Path.GetFileName(target));
            complete &= !File.Exists(from) || LocalFiles.TryLink(from, to) || IsSameFile(from, to);
        }

        LocalFiles.FlushDirectory(home);
        return complete ? record : null;
    }

    /// <summary>Takes the names back that a publication had given which was then withdrawn.</summary>
    private static void UnlinkWithdrawn(string staged, string home)
    {
        var path = Path.Combine(staged, PublicationRecord.WithdrawnName);
        if (!File.Exists(path) || ReadRecord(path) is not { } record)
            return;
        foreach (var (source, target) in record.Files)
        {
            var to = Path.Combine(home, Path.GetFileName(target));
            if (IsSameFile(Path.Combine(staged, Path.GetFileName(source)), to))
                File.Delete(to);
        }

        LocalFiles.FlushDirectory(home);
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
    private static void RemoveStaged(IEnumerable<string> paths)
    {
        try
        {
            foreach (var path in paths)
                File.Delete(path);
        }
        catch (IOException)
        {
        }
        catch (UnauthorizedAccessException)
        {
        }
    }

    private static void Commit(string directory, IReadOnlyList<StagedFile> files, bool isRemembered)
    {
        var record = new PublicationRecord(
            PublicationRecord.CurrentVersion,
            files.ToDictionary(file => Path.GetFileName(file.Path), file => Path.GetFileName(file.Target.Path)),
            isRemembered);
        LocalFiles.FlushDirectory(directory);
        LocalFiles.TryWriteDurably(
            Path.Combine(directory, PublicationRecord.FileName),
            JsonSerializer.SerializeToUtf8Bytes(record, PublicationJson.Default.PublicationRecord),
            "new");
    }

    /// <summary>Gives the files their names; when one cannot have its own, none keeps it.</summary>
    private static void Link(string directory, IReadOnlyList<StagedFile> files, bool hasRecord)
    {
        var home = Path.GetDirectoryName(files[0].Target.Path)!;
        var linked = 0;
        try
        {
            for (; linked < files.Count; linked++)
            {
                // Another process may have found the record, and finish for one that it believes dead.
                var (target, path) = files[linked];
                if (!LocalFiles.TryLink(path, target.Path) && !IsSameFile(path, target.Path))
                    throw SqliteErrors.DatabaseExists(target.Name);
            }

            LocalFiles.FlushDirectory(home);
        }
        catch
        {
            if (!hasRecord || TryWithdraw(directory))
                Unlink(files.Take(linked), home);
            throw;
        }
    }

    /// <summary>The record goes first: without it nothing has happened, and after a crash the rest follows.</summary>
    /// <returns>False when it is gone: another process took this one for dead and has finished its work.</returns>
    private static bool TryWithdraw(string directory)
    {
        try
        {
            File.Move(
                Path.Combine(directory, PublicationRecord.FileName),
                Path.Combine(directory, PublicationRecord.WithdrawnName),
                overwrite: true);
            LocalFiles.FlushDirectory(directory);
            return true;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    private static void Unlink(IEnumerable<StagedFile> linked, string home)
    {
        foreach (var file in linked)
            File.Delete(file.Target.Path);
        LocalFiles.FlushDirectory(home);
    }

    /// <summary>
    /// Two names of one file agree in all its times; two files made apart differ in the time of their making.
    /// </summary>
    /// <summary>
    /// File systems count time in ticks of milliseconds, so that two files may agree in all their times. What is staged
    /// here gets a time of its own, drawn from the directory's random name, by which it is known under its other name.
    /// </summary>
    private static void TellApart(string directory, IReadOnlyList<StagedFile> files)
    {
        var drawn = BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(directory)));
        foreach (var file in files)
        {
            File.SetLastWriteTimeUtc(
                file.Path, File.GetLastWriteTimeUtc(file.Path).AddTicks(-(drawn % TimeSpan.TicksPerSecond)));
        }
    }

    private static bool IsSameFile(string first, string second)
    {
        var (a, b) = (new FileInfo(first), new FileInfo(second));
        return a.Exists && b.Exists && a.Length == b.Length
            && a.LastWriteTimeUtc == b.LastWriteTimeUtc && a.CreationTimeUtc == b.CreationTimeUtc;
    }
}
