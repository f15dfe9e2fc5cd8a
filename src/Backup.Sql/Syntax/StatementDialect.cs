namespace Backup.Sql.Syntax;

/// <summary>The family of statements that one belongs to: it decides lexical rules and printing.</summary>
public enum StatementDialect
{
    /// <summary>Statements of CockroachDB, and those of our own that follow its rules.</summary>
    Cockroach,

    /// <summary>Statements of StarRocks.</summary>
    StarRocks,
}
