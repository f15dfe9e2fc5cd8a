using System.Runtime.CompilerServices;
using Backup.Sql.Benchmarks.EndToEnd;
using Backup.Sql.Benchmarks.History;
using Backup.Sql.Benchmarks.Soak;
using BenchmarkDotNet.Running;

SQLitePCL.Batteries_V2.Init();
return args switch
{
    ["e2e", .. var rest] => EndToEndCommand.Run(rest),
    ["soak", .. var rest] => SoakCommand.RunAsync(rest).GetAwaiter().GetResult(),
    ["history", .. var rest] => HistoryCommand.RunAsync(rest).GetAwaiter().GetResult(),
    ["step", .. var rest] => StatementStep.RunAsync(rest).GetAwaiter().GetResult(),
    _ => RunBenchmarks(args),
};

// Apart, so that the measured steps do not load BenchmarkDotNet.
[MethodImpl(MethodImplOptions.NoInlining)]
static int RunBenchmarks(string[] args)
{
    BenchmarkSwitcher.FromAssembly(typeof(EndToEndCommand).Assembly).Run(args);
    return 0;
}
