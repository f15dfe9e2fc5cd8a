using System.Diagnostics;
using System.Globalization;

namespace Backup.Sql.Scenarios.Fixture;

/// <summary>A file system of a few MiB, in memory, that really runs full. Takes root.</summary>
internal sealed class FullDisk : IDisposable
{
    private const string Filler = "filler";
    private readonly string _directory;

    /// <summary>Mounts it over a directory.</summary>
    public FullDisk(string directory, int mebibytes)
    {
        _directory = directory;
        if (TryRun("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={mebibytes}m"), "tmpfs", directory) is { } failure)
            throw new InvalidOperationException(failure);
    }

    /// <summary>Why no file system can be mounted here; null when one can.</summary>
    public static string? Refusal { get; } = Try();

    /// <summary>Leaves so many bytes free, in whole pages.</summary>
    public void Fill(long left)
    {
        Empty();
        using var file = new FileStream(Path.Combine(_directory, Filler), FileMode.CreateNew);
        var page = new byte[4096];
        for (var free = new DriveInfo(_directory).AvailableFreeSpace; free >= left + page.Length; free -= page.Length)
            file.Write(page);
    }

    /// <summary>Makes room again.</summary>
    public void Empty() => File.Delete(Path.Combine(_directory, Filler));

    public void Dispose() => TryRun("umount", "-l", _directory);

    private static string? Try()
    {
        if (!OperatingSystem.IsLinux())
            return "A file system is mounted on Linux alone.";
        using var directory = new TemporaryDirectory();
        try
        {
            new FullDisk(directory.Below("disk"), 1).Dispose();
            return null;
        }
        catch (InvalidOperationException refused)
        {
            return $"A file system of its own cannot be mounted here: {refused.Message}";
        }
    }

    private static string? TryRun(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        var failure = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : failure.Trim();
    }
}
