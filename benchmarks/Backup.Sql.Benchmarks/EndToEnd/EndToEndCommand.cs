using System.Globalization;

namespace Backup.Sql.Benchmarks.EndToEnd;

/// <summary>Measures everything side by side: each round runs every measurement once, and ratios are taken within a round.</summary>
internal static class EndToEndCommand
{
    private const int WarmMebibytes = 8;

    public static int Run(IReadOnlyList<string> args)
    {
        if (EndToEndOptions.Parse(args) is not { } options)
        {
            Console.Error.WriteLine(EndToEndOptions.Usage);
            return 1;
        }

        var directory = options.Directory ?? Directory.CreateTempSubdirectory("backupsql-e2e-").FullName;
        try
        {
            return Run(options, directory);
        }
        finally
        {
            if (options.Directory is null)
                Directory.Delete(directory, recursive: true);
        }
    }

    private static int Run(EndToEndOptions options, string directory)
    {
        var mebibytes = options.List ? 1 : options.Mebibytes;
        var files = new Workspace(directory, mebibytes);
        var warm = new Workspace(Path.Combine(directory, "warm"), Math.Min(mebibytes, WarmMebibytes));
        using var server = options.Engine == EndToEndOptions.Postgres ? ShopServer.Start(files, warm) : null;
        var all = server is null ? new SqliteMeasurements(files, warm).All() : new PostgresMeasurements(server).All();
        if (options.List)
        {
            foreach (var measurement in all)
                Console.WriteLine($"{measurement.Name,-20} {measurement.Title}");
            return 0;
        }

        var wanted = Choose(all, options);
        var report = new Report(wanted);
        foreach (var measurement in wanted)
            measurement.SetUp?.Invoke();
        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var measurement in wanted)
            {
                var sample = Measure(files, measurement, prove: round == 1);
                report.Add(measurement, sample);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"round {round}: {measurement.Name,-20} {sample.Wall.TotalSeconds,7:F2} s, cpu {sample.Cpu.TotalSeconds,7:F2} s"));
            }
        }

        Console.WriteLine();
        Console.WriteLine($"{options.Mebibytes} MiB, {options.Rounds} rounds, {Environment.ProcessorCount} cores; medians");
        report.Print(Console.Out);
        return 0;
    }

    private static List<Measurement> Choose(IEnumerable<Measurement> all, EndToEndOptions options)
    {
        var wanted = all.Where(m => m.Name == Measurement.Baseline || options.Wants(m.Name)).ToList();
        foreach (var tool in wanted.Select(m => m.Tool).OfType<string>().Distinct().Where(tool => !Tools.Has(tool)).ToList())
        {
            Console.WriteLine($"{tool} is not installed: left out");
            wanted.RemoveAll(measurement => measurement.Tool == tool);
        }

        return wanted;
    }

    private static Sample Measure(Workspace files, Measurement measurement, bool prove)
    {
        Workspace.Remove(measurement.Output);
        measurement.Prepare?.Invoke();
        Workspace.Warm(measurement.Input);
        ChildProcess.FlushFileSystems();
        var before = Workspace.SizeOf(measurement.Output);
        var usage = ChildProcess.Run(measurement.Command, files.Log);
        var stored = Workspace.SizeOf(measurement.Output) - before;
        if (prove && measurement.Proof is { } proof)
            files.Run(proof);
        Workspace.Remove(measurement.Output);
        return measurement.CountsStatement
            ? new Sample(Find(usage, StatementStep.Seconds), Find(usage, StatementStep.CpuSeconds), usage.PeakBytes, stored)
            : new Sample(usage.Wall, usage.Cpu, usage.PeakBytes, stored);
    }

    private static TimeSpan Find(ChildProcess.Usage usage, string name)
    {
        var line = usage.Output.Split('\n').Last(line => line.StartsWith(name, StringComparison.Ordinal));
        return TimeSpan.FromSeconds(double.Parse(line.AsSpan(name.Length), CultureInfo.InvariantCulture));
    }
}
