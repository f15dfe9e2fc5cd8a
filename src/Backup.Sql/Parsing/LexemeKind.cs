namespace Backup.Sql.Parsing;

/// <summary>What <see cref="TextScanner"/> tells apart.</summary>
internal enum LexemeKind
{
    End,
    Word,
    DoubleQuoted,
    BackQuoted,
    String,
    Placeholder,
    Number,
    Mark,
    Semicolon,
}
