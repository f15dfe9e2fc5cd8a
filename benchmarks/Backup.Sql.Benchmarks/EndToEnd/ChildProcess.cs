using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Backup.Sql.Benchmarks.EndToEnd;

/// <summary>
/// Runs a shell command and measures it: the time until it ends, the processor time of it and its children as the
/// kernel counts it (<c>wait4</c>), and the resident memory of all its processes. The maximum that <c>wait4</c> reports
/// is of no use: a child that shares its parent's memory until it starts its program inherits the parent's. So the peak of
/// each process is looked up every few milliseconds.
/// </summary>
internal static unsafe partial class ChildProcess
{
    private const string C = "libc";
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(4);

    /// <summary>Runs a command.</summary>
    /// <param name="command">For <c>sh -c</c>.</param>
    /// <param name="log">Takes what it prints.</param>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static Usage Run(string command, string log)
    {
        var watch = Stopwatch.StartNew();
        var pid = Spawn($"exec >'{log}' 2>&1; {command}");
        var ended = false;
        var peak = 0L;
        var watcher = new Thread(() => peak = Watch(pid, ref ended));
        watcher.Start();
        int status;
        RUsage usage;
        while (Wait4(pid, &status, 0, &usage) < 0)
        {
            if (Marshal.GetLastPInvokeError() != 4)
                throw new Win32Exception();
        }

        var wall = watch.Elapsed;
        Volatile.Write(ref ended, true);
        watcher.Join();
        if (status != 0)
            throw new InvalidOperationException($"{command}\nended with status {status:x}:\n{File.ReadAllText(log)}");
        return new Usage(wall, usage.User.ToTimeSpan() + usage.System.ToTimeSpan(), peak, File.ReadAllText(log));
    }

    private static long Watch(int pid, ref bool ended)
    {
        var peaks = new Dictionary<int, long>();
        while (!Volatile.Read(ref ended))
        {
            Look(pid, peaks);
            Thread.Sleep(LookEvery);
        }

        return peaks.Values.Sum();
    }

    private static void Look(int pid, Dictionary<int, long> peaks)
    {
        try
        {
            foreach (var line in File.ReadLines($"/proc/{pid}/status"))
            {
                if (!line.StartsWith("VmHWM:", StringComparison.Ordinal))
                    continue;
                var kibibytes = long.Parse(line.AsSpan(6).TrimEnd("kB ").Trim(), CultureInfo.InvariantCulture);
                peaks[pid] = Math.Max(peaks.GetValueOrDefault(pid), kibibytes << 10);
                break;
            }

            foreach (var child in File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                Look(int.Parse(child, CultureInfo.InvariantCulture), peaks);
        }
        catch (IOException)
        {
            // It has just ended.
        }
    }

    private static int Spawn(string command)
    {
        string[] words = ["sh", "-c", command];
        var arguments = stackalloc nint[words.Length + 1];
        for (var i = 0; i < words.Length; i++)
            arguments[i] = Marshal.StringToCoTaskMemUTF8(words[i]);
        arguments[words.Length] = 0;
        var environment = *(nint*)NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "environ");
        int pid;
        var error = PosixSpawn(&pid, "/bin/sh", 0, 0, arguments, environment);
        for (var i = 0; i < words.Length; i++)
            Marshal.FreeCoTaskMem(arguments[i]);
        return error == 0 ? pid : throw new Win32Exception(error);
    }

    [LibraryImport(C, EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int PosixSpawn(
        int* pid, string path, nint actions, nint attributes, nint* arguments, nint environment);

    [LibraryImport(C, EntryPoint = "wait4", SetLastError = true)]
    private static partial int Wait4(int pid, int* status, int options, RUsage* usage);

    [LibraryImport(C, EntryPoint = "sync")]
    public static partial void FlushFileSystems();

    /// <summary>What a command took.</summary>
    /// <param name="Wall">From its start to its end.</param>
    /// <param name="Cpu">User and system time of all its processes.</param>
    /// <param name="PeakBytes">The sum of the resident peaks of its processes.</param>
    /// <param name="Output">What it printed.</param>
    public sealed record Usage(TimeSpan Wall, TimeSpan Cpu, long PeakBytes, string Output);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeValue
    {
        public nint Seconds;
        public nint Microseconds;

        public readonly TimeSpan ToTimeSpan() => TimeSpan.FromMicroseconds((Seconds * 1e6) + Microseconds);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct RUsage
    {
        public TimeValue User;
        public TimeValue System;
        public fixed long Others[14];
    }
}
