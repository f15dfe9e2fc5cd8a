using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Backup.Sql.Aws.Tests.Servers;

/// <summary>Hands out temporary credentials for roles: AssumeRole in the query protocol.</summary>
internal sealed class TokenService(AwsServer server)
{
    private int _issued;

    /// <summary>Roles, who is trusted to take each on (an access key, or another role), and the external id it asks for.</summary>
    public Dictionary<string, (string Trusted, string? ExternalId)> Known { get; } = [];

    /// <summary>The role that temporary access keys stand for.</summary>
    public Dictionary<string, string> RoleOf { get; } = [];

    public TimeSpan Life { get; set; } = TimeSpan.FromHours(1);

    public int Issued => _issued;

    public async Task AnswerAsync(HttpContext context, byte[] body, string accessKey)
    {
        var form = QueryHelpers.ParseQuery(System.Text.Encoding.UTF8.GetString(body));
        var role = form["RoleArn"].ToString();
        var asker = RoleOf.GetValueOrDefault(accessKey, accessKey);
        if (form["Action"] != "AssumeRole" || !Known.TryGetValue(role, out var known) || known.Trusted != asker
            || (known.ExternalId is { } id && id != form["ExternalId"]))
        {
            await AwsServer.RefuseAsync(context, new Failure(403, "AccessDenied"));
            return;
        }

        var number = Interlocked.Increment(ref _issued);
        var (key, token) = ($"ASIATEMP{number}", $"token-{number}");
        RoleOf[key] = role;
        server.Credentials[key] = token;
        context.Response.ContentType = "text/xml";
        await context.Response.WriteAsync(
            $"""
            <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
            <AssumedRoleUser><Arn>{role}</Arn><AssumedRoleId>AROA:backup-sql</AssumedRoleId></AssumedRoleUser>
            <Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>temporary-secret</SecretAccessKey>
            <SessionToken>{token}</SessionToken><Expiration>{DateTime.UtcNow + Life:yyyy-MM-ddTHH:mm:ssZ}</Expiration></Credentials>
            </AssumeRoleResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></AssumeRoleResponse>
            """);
    }
}
