using System.Globalization;
using Backup.Sql.Benchmarks.EndToEnd;
using Backup.Sql.Engines;
using Backup.Sql.Sessions;
using Backup.Sql.Sqlite;
using Backup.Sql.Storage;

namespace Backup.Sql.Benchmarks.Soak;

/// <summary>
/// A large database with writers at work goes through a full backup and increments; then every layer is restored and
/// compared, row by row and schema by schema, with a copy of the database to which the same operations were applied.
/// <c>soak [--mib N] [--layers N] [--writers N] [--dir DIR]</c>
/// </summary>
internal sealed class SoakCommand
{
    private static readonly TimeSpan BetweenLayers = TimeSpan.FromSeconds(2);
    private readonly string _directory;
    private readonly int _layers;
    private readonly int _writers;

    private SoakCommand(string directory, int layers, int writers)
    {
        _directory = directory;
        _layers = layers;
        _writers = writers;
    }

    private string Source => Path.Combine(_directory, "data", "shop.db");

    private string Replica => Path.Combine(_directory, "replica.db");

    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        var directory = Option(args, "--dir") ?? Directory.CreateTempSubdirectory("backupsql-soak-").FullName;
        try
        {
            var soak = new SoakCommand(directory, Number(args, "--layers", 4), Number(args, "--writers", 3));
            return await soak.RunAsync(Number(args, "--mib", 1024)).ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private async Task<int> RunAsync(int mebibytes)
    {
        Directory.CreateDirectory(Path.Combine(_directory, "data"));
        ShopDatabase.Create(Source, mebibytes);
        ShopOperations.Prepare(Source);
        File.Copy(Source, Replica);
        Say($"{mebibytes} MiB, {_writers} writers, {_layers} layers");

        var host = new BackupHost(new BackupHostOptions
        {
            Engines = new Dictionary<string, IDatabaseEngine>
            {
                ["sqlite"] = SqliteEngine.Open(new SqliteEngineOptions { Directory = Path.Combine(_directory, "data") }),
            },
            Stores = [new FileObjectStoreProvider(_directory)],
            ScratchDirectory = _directory,
        });
        await using (host.ConfigureAwait(false))
        {
            var session = host.OpenSession();
            await BackUpAsync(session).ConfigureAwait(false);
            return await CompareAsync(session).ConfigureAwait(false) ? 0 : 1;
        }
    }

    /// <summary>Takes all layers while the writers write, and one more when they have stopped.</summary>
    private async Task BackUpAsync(BackupSession session)
    {
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, _writers)
            .Select(_ => Task.Run(() => ShopOperations.Write(Source, stop.Token), CancellationToken.None)).ToList();
        await RunAsync(session, $"BACKUP DATABASE shop INTO 'file://{_directory}/depot'").ConfigureAwait(false);
        for (var layer = 1; layer < _layers; layer++)
        {
            await Task.Delay(BetweenLayers, CancellationToken.None).ConfigureAwait(false);
            await RunAsync(session, $"BACKUP DATABASE shop INTO LATEST IN 'file://{_directory}/depot'").ConfigureAwait(false);
        }

        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(writers).ConfigureAwait(false);
        await RunAsync(session, $"BACKUP DATABASE shop INTO LATEST IN 'file://{_directory}/depot'").ConfigureAwait(false);
        Say($"the writers are at operation {ShopOperations.Count(Source)}");
    }

    private async Task<bool> CompareAsync(BackupSession session)
    {
        var ends = new List<string>();
        var shown = await session.ExecuteAsync(
            $"SHOW BACKUP FROM LATEST IN 'file://{_directory}/depot'").ConfigureAwait(false);
        var column = shown.Columns.ToList().FindIndex(column => column.Name == "end_time");
        await foreach (var row in shown.Rows.ConfigureAwait(false))
            ends.Add(((DateTimeOffset)row[column]!).ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture));
        var equal = true;
        foreach (var (end, number) in ends.Distinct().Select((end, number) => (end, number)))
            equal &= await CompareLayerAsync(session, end, number).ConfigureAwait(false);
        var last = Path.Combine(_directory, "data", $"copy{_layers}.db");
        equal &= Verdict("the last layer and the source itself", DatabaseComparison.Compare(last, Source, []));
        return equal;
    }

    private async Task<bool> CompareLayerAsync(BackupSession session, string end, int number)
    {
        var copy = Path.Combine(_directory, "data", $"copy{number}.db");
        var tables = Path.Combine(_directory, "data", $"tables{number}.db");
        await RunAsync(
            session,
            $"RESTORE DATABASE shop FROM LATEST IN 'file://{_directory}/depot' AS OF SYSTEM TIME '{end}' "
                + $"WITH new_db_name = 'copy{number}'").ConfigureAwait(false);
        ShopOperations.CatchUp(Replica, ShopOperations.Count(copy));
        var equal = Verdict($"layer {number}, restored", DatabaseComparison.Compare(copy, Replica, []));

        DatabaseComparison.MakeEmpty(tables);
        await RunAsync(
            session,
            $"RESTORE TABLE shop.customers, shop.orders FROM LATEST IN 'file://{_directory}/depot' "
                + $"AS OF SYSTEM TIME '{end}' WITH into_db = 'tables{number}'").ConfigureAwait(false);
        equal &= Verdict(
            $"two tables of layer {number}, restored",
            DatabaseComparison.Compare(tables, Replica, ["customers", "orders"]));
        File.Delete(tables);
        if (number < _layers)
            File.Delete(copy);
        return equal;
    }

    private static bool Verdict(string what, string? difference)
    {
        Say($"{what}: {difference ?? "equal"}");
        return difference is null;
    }

    private static async Task RunAsync(BackupSession session, string sql)
    {
        var result = await session.ExecuteAsync(sql).ConfigureAwait(false);
        await foreach (var row in result.Rows.ConfigureAwait(false))
            Say($"{sql[..sql.IndexOf(" '", StringComparison.Ordinal)]}: {string.Join(" | ", row)}");
    }

    private static void Say(string line) => Console.WriteLine(line);

    private static string? Option(IReadOnlyList<string> args, string name)
    {
        var at = args.ToList().IndexOf(name);
        return at >= 0 && at + 1 < args.Count ? args[at + 1] : null;
    }

    private static int Number(IReadOnlyList<string> args, string name, int otherwise) =>
        Option(args, name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
