using System.CommandLine;
using System.Text;
using Backup.Sql.Repl.Commands;

// Statements and names are Unicode whatever the locale says; pipes get no byte order mark.
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

var arguments = ToolCommand.Create().Parse(args, new ParserConfiguration
{
    ResponseFileTokenReplacer = null, // A statement may begin with @.
});
return await arguments.InvokeAsync(new InvocationConfiguration
{
    ProcessTerminationTimeout = null, // Ctrl-C cancels a statement, not the program: see Interrupts.
}).ConfigureAwait(false);
