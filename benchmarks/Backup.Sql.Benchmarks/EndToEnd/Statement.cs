namespace Backup.Sql.Benchmarks.EndToEnd;

/// <summary>A statement of ours.</summary>
/// <param name="Options">Options of <see cref="StatementStep"/>.</param>
/// <param name="Sql">The statement.</param>
/// <param name="Input">What it reads.</param>
/// <param name="Output">What it writes.</param>
internal sealed record Statement(string Options, string Sql, string Input, string Output);
