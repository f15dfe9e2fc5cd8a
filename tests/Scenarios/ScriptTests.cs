using Backup.Sql.Scenarios.Scripting;

namespace Backup.Sql.Scenarios;

public sealed class ScriptTests
{
    public static TheoryData<string, string, string> Runs
    {
        get
        {
            var runs = new TheoryData<string, string, string>();
            foreach (var name in Script.All)
            {
                var script = new Script(name);
                foreach (var engine in script.Settings("engines", "sqlite, memory"))
                {
                    foreach (var store in script.Settings("stores", "mem"))
                        runs.Add(name, engine, store);
                }
            }

            return runs;
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task Every_scenario_goes_as_its_script_says(string script, string engine, string store)
    {
        await using var runner = new ScriptRunner(new Script(script), engine, store);
        await runner.RunAsync();
    }
}
