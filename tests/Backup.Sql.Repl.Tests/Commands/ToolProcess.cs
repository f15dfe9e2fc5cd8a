using System.Diagnostics;
using System.Text;

namespace Backup.Sql.Repl.Tests.Commands;

/// <summary>Runs the tool as its users do: as a process of its own.</summary>
internal static class ToolProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public static string ToolPath { get; } = Path.Combine(AppContext.BaseDirectory, "backupsql.dll");

    public static Task<ToolRun> RunAsync(params string[] arguments) => RunInAsync(null, "", arguments);

    public static async Task<ToolRun> RunInAsync(string? directory, string input, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [ToolPath, .. arguments]) { WorkingDirectory = directory ?? "" };
        return await RunAsync(start, input);
    }

    public static async Task<ToolRun> RunAsync(ProcessStartInfo start, string input)
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.StandardInputEncoding = start.StandardOutputEncoding = start.StandardErrorEncoding = utf8;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The tool ended without reading its input.
        }

        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new ToolRun(process.ExitCode, await output, await errors);
    }
}
