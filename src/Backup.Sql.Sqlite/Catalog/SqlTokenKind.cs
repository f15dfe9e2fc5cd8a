namespace Backup.Sql.Sqlite.Catalog;

/// <summary>The kinds of token that matter when a name in a statement of SQLite is to be found.</summary>
internal enum SqlTokenKind
{
    /// <summary>A bare word: keyword or name.</summary>
    Word,

    /// <summary>A name in double quotes, backquotes or brackets.</summary>
    QuotedName,

    /// <summary>A text in single quotes, which SQLite takes for a name where it needs one.</summary>
    Text,

    /// <summary>Numbers, parameters, operators, one character each where that is enough.</summary>
    Other,
}
