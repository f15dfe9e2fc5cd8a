using System.Text;
using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Catalog;
using Backup.Sql.Postgres.Connections;

namespace Backup.Sql.Postgres.Restore;

/// <summary>Writes the statements that give a database what is set for it as a whole.</summary>
internal static class DatabaseFinish
{
    private static readonly string[] Lists =
    [
        "local_preload_libraries", "search_path", "session_preload_libraries", "shared_preload_libraries",
        "temp_tablespaces", "unix_socket_directories",
    ];

    /// <summary>Inside the database, after everything else: what is made from then on gets these rights.</summary>
    public static IEnumerable<string> Inside(DatabaseDefinition definition, Roles roles)
    {
        foreach (var extension in definition.Extensions.Where(extension => extension.Comment is not null))
            yield return $"COMMENT ON EXTENSION {Quote.Name(extension.Name)} IS {Quote.Text(extension.Comment!)}";
        foreach (var statement in definition.DefaultGrants.SelectMany(roles.Defaults))
            yield return statement;
    }

    /// <summary>
    /// Inside the database: rights on what extensions brought. They can fail where the extension is of another version,
    /// or belongs to somebody else.
    /// </summary>
    public static IEnumerable<string> Members(DatabaseDefinition definition, Roles roles)
    {
        foreach (var member in definition.Extensions.SelectMany(extension => extension.Grants))
        {
            if (member.Kind is not ("FUNCTION" or "PROCEDURE" or "TABLE" or "SEQUENCE" or "TYPE"))
                throw RestoreErrors.NotADefinition(member.Name, null);
            var place = Quote.Name(member.Schema, member.Name)
                + (member.Arguments is null ? "" : $"({member.Arguments})");
            foreach (var statement in roles.Statements(member.Kind, place, null, member.Grants))
                yield return statement;
        }
    }

    /// <summary>Of the database, together with its publication.</summary>
    public static IEnumerable<string> Whole(
        DatabaseDescriptor source, DatabaseDefinition definition, string name, Roles roles)
    {
        var place = Quote.Name(name);
        foreach (var statement in roles.Statements("DATABASE", place, source.Owner, definition.Grants))
            yield return statement;
        if (definition.Comment is not null)
            yield return $"COMMENT ON DATABASE {place} IS {Quote.Text(definition.Comment)}";
        if (definition.ConnectionLimit >= 0)
            yield return FormattableString.Invariant(
                $"ALTER DATABASE {place} CONNECTION LIMIT {definition.ConnectionLimit}");
        foreach (var setting in definition.Settings)
            yield return $"ALTER DATABASE {place} SET {Setting(name, setting)}";
        foreach (var setting in definition.RoleSettings.Where(setting => roles.IsKnown(setting.Role)))
        {
            yield return $"ALTER ROLE {Quote.Name(setting.Role)} IN DATABASE {place} SET "
                + Setting(name, setting.Setting);
        }
    }

    private static string Setting(string owner, string setting)
    {
        var split = setting.IndexOf('=', StringComparison.Ordinal);
        if (split <= 0 || !setting[..split].All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.'))
            throw RestoreErrors.NotADefinition(owner, null);
        var (name, value) = (setting[..split], setting[(split + 1)..]);
        return Lists.Contains(name, StringComparer.Ordinal)
            ? $"{name} TO {string.Join(", ", Elements(value).Select(Quote.Text))}"
            : $"{name} TO {Quote.Text(value)}";
    }

    /// <summary>The names in a list, whose quotes the server has kept.</summary>
    private static IEnumerable<string> Elements(string value)
    {
        var element = new StringBuilder();
        var isQuoted = false;
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '"' && isQuoted && i + 1 < value.Length && value[i + 1] == '"')
            {
                element.Append(value[i++]);
            }
            else if (value[i] == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (value[i] != ',' || isQuoted)
            {
                element.Append(value[i]);
            }
            else
            {
                yield return element.ToString().Trim();
                element.Clear();
            }
        }

        yield return element.ToString().Trim();
    }
}
