using Backup.Sql.Syntax;

namespace Backup.Sql.Aws;

/// <summary>A role to take on.</summary>
/// <param name="Arn">Its name.</param>
/// <param name="ExternalId">What the role's owner asks for besides; null for nothing.</param>
internal sealed record AwsRole(string Arn, string? ExternalId)
{
    private const string ExternalIdMark = ";external_id=";

    /// <summary>Reads <c>role[;external_id=id]</c>, several separated by commas.</summary>
    public static ValueList<AwsRole> ParseChain(string? text)
    {
        if (text is null)
            return [];
        return [.. text.Split(',', StringSplitOptions.TrimEntries).Select(part =>
        {
            var mark = part.IndexOf(ExternalIdMark, StringComparison.Ordinal);
            var role = mark < 0 ? new AwsRole(part, null)
                : new AwsRole(part[..mark], part[(mark + ExternalIdMark.Length)..]);
            return role.Arn.Length > 0 ? role : throw AwsErrors.InvalidValue("ASSUME_ROLE", "the name of a role");
        })];
    }
}
