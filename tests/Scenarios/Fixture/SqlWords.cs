namespace Backup.Sql.Scenarios.Fixture;

/// <summary>Cuts statements into words: keywords in upper case, names in lower case, strings with their quotes.</summary>
internal static class SqlWords
{
    private static readonly HashSet<string> Keywords = new(StringComparer.OrdinalIgnoreCase)
    {
        "ADD", "ALTER", "AS", "BY", "COLUMN", "COUNT", "CREATE", "DECIMAL", "DEFAULT", "DELETE", "DROP", "ENUM", "FROM", "FUNCTION",
        "INDEX", "INSERT", "INT", "INTEGER", "INTO", "JOIN", "KEY", "NEXTVAL", "NOT", "NULL", "ON", "OWNED", "PRIMARY", "REAL",
        "REFERENCES", "RENAME", "SCHEMA", "SELECT", "SEQUENCE", "SET", "TABLE", "TEXT", "TO", "TYPE", "UNIQUE", "UPDATE", "VALUES",
        "VIEW", "WHERE", "BLOB", "MATERIALIZED", "PARTITION", "LOCALITY", "REGIONAL", "ROW",
    };

    public static IEnumerable<IReadOnlyList<string>> Statements(string sql)
    {
        var words = new List<string>();
        foreach (var word in Words(sql))
        {
            if (word != ";")
            {
                words.Add(word);
                continue;
            }

            if (words.Count > 0)
                yield return words;
            words = [];
        }

        if (words.Count > 0)
            yield return words;
    }

    private static IEnumerable<string> Words(string sql)
    {
        for (var i = 0; i < sql.Length;)
        {
            var start = i;
            if (char.IsWhiteSpace(sql[i]))
            {
                i++;
                continue;
            }

            if (sql[i] == '\'')
            {
                do
                    i = sql.IndexOf('\'', i + 1) + 1;
                while (i < sql.Length && sql[i] == '\'');
            }
            else if (char.IsLetter(sql[i]) || sql[i] == '_')
            {
                while (i < sql.Length && (char.IsLetterOrDigit(sql[i]) || sql[i] == '_'))
                    i++;
            }
            else if (char.IsDigit(sql[i]) || (sql[i] == '-' && i + 1 < sql.Length && char.IsDigit(sql[i + 1])))
            {
                i++;
                while (i < sql.Length && (char.IsDigit(sql[i]) || sql[i] == '.'))
                    i++;
            }
            else
            {
                i++;
            }

            var word = sql[start..i];
            yield return Keywords.Contains(word) ? word.ToUpperInvariant() : word[0] == '\'' ? word : word.ToLowerInvariant();
        }
    }
}
