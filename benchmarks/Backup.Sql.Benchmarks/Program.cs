using Backup.Sql.Benchmarks.EndToEnd;
using BenchmarkDotNet.Running;

SQLitePCL.Batteries_V2.Init();
switch (args)
{
    case ["e2e", .. var rest]:
        return EndToEndCommand.Run(rest);
    case ["step", .. var rest]:
        return await StatementStep.RunAsync(rest).ConfigureAwait(false);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
}
