namespace Backup.Sql.Postgres.Catalog;

/// <summary>The rights on something that an extension brought, where they are not as it brought them.</summary>
internal sealed record MemberGrants
{
    /// <summary>FUNCTION, PROCEDURE, TABLE, SEQUENCE or TYPE.</summary>
    public required string Kind { get; init; }

    public required string Schema { get; init; }

    public required string Name { get; init; }

    /// <summary>Of a function; null for others.</summary>
    public string? Arguments { get; set; }

    public IReadOnlyList<Grant> Grants { get; set; } = [];
}
