namespace Backup.Sql.Benchmarks.EndToEnd;

/// <summary>The files of one run. Databases are made once per size and used again; everything else is made anew.</summary>
internal sealed class Workspace
{
    private readonly string _root;
    private readonly int _mebibytes;

    public Workspace(string directory, int mebibytes)
    {
        _mebibytes = mebibytes;
        _root = Path.Combine(directory, $"{mebibytes}-mib");
        Directory.CreateDirectory(_root);
        Remove(PathOf("base"));
        Remove(PathOf("out"));
        Directory.CreateDirectory(PathOf("base"));
        Directory.CreateDirectory(PathOf("out"));
        Source = Make("source", path => ShopDatabase.Create(path, mebibytes));
    }

    /// <summary>Nothing below it is left.</summary>
    public string Root => _root;

    /// <summary>The database.</summary>
    public string Source { get; }

    /// <summary>Where commands print to.</summary>
    public string Log => PathOf("command.log");

    public string PathOf(string name) => Path.Combine(_root, name);

    /// <summary>What a measurement writes.</summary>
    public string Out(string name) => Path.Combine(_root, "out", name);

    /// <summary>What is made before the rounds and read by them.</summary>
    public string Base(string name) => Path.Combine(_root, "base", name);

    /// <summary>Where a copy of the database lies in which one row in a hundred is another.</summary>
    public string ChangedPath(string name) => PathOf(Path.Combine(name, "shop.db"));

    /// <summary>Makes that copy.</summary>
    public void MakeChanged(string name, double newest) => Make(name, path =>
    {
        File.Copy(Source, path);
        ShopDatabase.Change(path, newest);
    });

    /// <summary>Runs an unmeasured command.</summary>
    public void Run(string command) => ChildProcess.Run(command, Log);

    public static void Remove(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        string[] files = [path, path + "-wal", path + "-shm", path + "-journal"];
        foreach (var file in files.Where(File.Exists))
            File.Delete(file);
    }

    /// <summary>Bytes of a file or of all files below a directory.</summary>
    public static long SizeOf(string path) => Directory.Exists(path)
        ? new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length)
        : File.Exists(path) ? new FileInfo(path).Length : 0;

    /// <summary>Reads a file or all files below a directory, so that all measurements find their input in memory.</summary>
    public static void Warm(string path)
    {
        var buffer = new byte[1 << 20];
        var files = Directory.Exists(path) ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories) : [path];
        foreach (var file in files)
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            while (stream.Read(buffer) > 0)
            {
            }
        }
    }

    private string Make(string name, Action<string> make)
    {
        var path = PathOf(Path.Combine(name, "shop.db"));
        if (File.Exists(path))
            return path;
        Console.WriteLine($"making the {name} database of {_mebibytes} MiB");
        Remove(PathOf(name));
        Directory.CreateDirectory(PathOf(name));
        make(path + ".new");
        Remove(path + ".new-wal");
        File.Move(path + ".new", path);
        return path;
    }
}
