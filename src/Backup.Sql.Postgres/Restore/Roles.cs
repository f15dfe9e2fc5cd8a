using Backup.Sql.Postgres.Catalog;
using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Restore;

/// <summary>
/// Gives objects their owners and rights. Roles are the server's, not the database's: one that is not here is named in
/// a notice, once.
/// </summary>
internal sealed class Roles
{
    private const string Known =
        "SELECT rolname::text, pg_has_role(oid, 'MEMBER'), rolname = current_user FROM pg_roles";

    private readonly Dictionary<string, bool> _known;
    private readonly string _user;
    private readonly NoticeList _notices;
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal);

    private Roles(Dictionary<string, bool> known, string user, NoticeList notices)
    {
        _known = known;
        _user = user;
        _notices = notices;
    }

    public static async ValueTask<Roles> ReadAsync(
        NpgsqlConnection connection, NoticeList notices, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(Known, cancellationToken).ConfigureAwait(false);
        return new Roles(
            rows.ToDictionary(row => (string)row[0]!, row => (bool)row[1]!, StringComparer.Ordinal),
            (string)rows.Single(row => (bool)row[2]!)[0]!,
            notices);
    }

    public bool IsKnown(string role) => _known.ContainsKey(role) || Note(role, "does not exist here");

    /// <summary>The statements that give an object its owner and rights.</summary>
    /// <param name="kind">As GRANT and ALTER name it: <c>TABLE</c>.</param>
    /// <param name="place">The object, quoted.</param>
    /// <param name="owner">The owner; null to leave it.</param>
    /// <param name="grants">The rights; null for the usual ones.</param>
    /// <param name="alter">The word of ALTER, where it is another one.</param>
    public IEnumerable<string> Statements(
        string kind, string place, string? owner, IReadOnlyList<Grant>? grants, string? alter = null)
    {
        var isOwned = owner is null || owner == _user;
        if (owner is not null && !isOwned && Can(owner))
        {
            isOwned = true;
            yield return $"ALTER {alter ?? kind} {place} OWNER TO {Quote.Name(owner)}";
        }

        if (grants is null)
            yield break;
        yield return $"REVOKE ALL ON {kind} {place} FROM PUBLIC";
        yield return $"REVOKE ALL ON {kind} {place} FROM {Quote.Name(isOwned ? owner ?? _user : _user)}";
        foreach (var statement in Grants(kind, place, owner, grants, ""))
            yield return statement;
    }

    /// <summary>The statements that give rights on columns.</summary>
    public IEnumerable<string> OnColumns(string place, string? owner, IEnumerable<ColumnDefinition> columns) =>
        columns.Where(column => column.Grants is not null).SelectMany(column =>
            Grants("TABLE", place, owner, column.Grants!, $" ({Quote.Name(column.Name)})"));

    /// <summary>The statements that set what objects get when they are made.</summary>
    public IEnumerable<string> Defaults(DefaultGrants grants)
    {
        if (!Can(grants.Role))
            yield break;
        var start = $"ALTER DEFAULT PRIVILEGES FOR ROLE {Quote.Name(grants.Role)}"
            + (grants.Schema is null ? "" : $" IN SCHEMA {Quote.Name(grants.Schema)}");
        foreach (var usual in grants.Usual)
        {
            if (!grants.Grants.Any(grant => IsSame(grant, usual)))
                yield return $"{start} REVOKE {Word(usual)} ON {grants.Objects} FROM {Grantee(usual)}";
        }

        foreach (var grant in grants.Grants)
        {
            if (!grants.Usual.Any(usual => IsSame(grant, usual)) && (grant.Grantee is null || IsKnown(grant.Grantee)))
                yield return $"{start} GRANT {Word(grant)} ON {grants.Objects} TO {Grantee(grant)}{Option(grant)}";
        }
    }

    private IEnumerable<string> Grants(
        string kind, string place, string? owner, IReadOnlyList<Grant> grants, string columns)
    {
        foreach (var grant in grants)
        {
            if (grant.Grantee is not null && !IsKnown(grant.Grantee))
                continue;
            var statement = $"GRANT {Word(grant)}{columns} ON {kind} {place} TO {Grantee(grant)}{Option(grant)}";
            if (grant.Grantor is null || grant.Grantor == owner || !Can(grant.Grantor))
            {
                yield return statement;
                continue;
            }

            yield return $"SET ROLE {Quote.Name(grant.Grantor)}";
            yield return statement;
            yield return "RESET ROLE";
        }
    }

    private bool Can(string role) =>
        IsKnown(role) && (_known[role] || Note(role, "is not one that the engine's user may act for"));

    private bool Note(string role, string why)
    {
        if (_missing.Add(role))
            _notices.Add($"role {role} {why}: what it owns and may do was left out");
        return false;
    }

    private static bool IsSame(Grant one, Grant other) =>
        one.Grantee == other.Grantee && one.Privilege == other.Privilege && one.Grantable == other.Grantable;

    private static string Grantee(Grant grant) => grant.Grantee is null ? "PUBLIC" : Quote.Name(grant.Grantee);

    private static string Option(Grant grant) => grant.Grantable ? " WITH GRANT OPTION" : "";

    private static string Word(Grant grant) => grant.Privilege.All(c => char.IsAsciiLetterUpper(c) || c == ' ')
        ? grant.Privilege
        : throw RestoreErrors.NotADefinition(grant.Privilege, null);
}
