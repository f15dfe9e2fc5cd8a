using Backup.Sql.Access;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>
/// Binds CREATE REPOSITORY: its location and its properties become one location, as other statements write it, whose
/// secrets the vault keeps.
/// </summary>
internal sealed class RepositoryBinder(BindingContext context)
{
    private const string TtlKey = "ttl";

    /// <summary>
    /// What properties are called as parameters of a location; others are passed on under their own name.
    /// </summary>
    private static readonly Dictionary<string, string> Parameters = new(StringComparer.OrdinalIgnoreCase)
    {
        ["aws.s3.access_key"] = "AWS_ACCESS_KEY_ID",
        ["fs.s3a.access.key"] = "AWS_ACCESS_KEY_ID",
        ["aws.s3.secret_key"] = "AWS_SECRET_ACCESS_KEY",
        ["fs.s3a.secret.key"] = "AWS_SECRET_ACCESS_KEY",
        ["aws.s3.session_token"] = "AWS_SESSION_TOKEN",
        ["fs.s3a.session.token"] = "AWS_SESSION_TOKEN",
        ["aws.s3.endpoint"] = "AWS_ENDPOINT",
        ["fs.s3a.endpoint"] = "AWS_ENDPOINT",
        ["aws.s3.region"] = "AWS_REGION",
        ["fs.s3a.endpoint.region"] = "AWS_REGION",
        ["aws.s3.iam_role_arn"] = "ASSUME_ROLE",
        ["aws.s3.enable_path_style_access"] = "AWS_USE_PATH_STYLE",
        ["fs.s3a.path.style.access"] = "AWS_USE_PATH_STYLE",
    };

    public async ValueTask<BoundCreateRepository> BindAsync(
        CreateRepositoryStatement statement, CancellationToken cancellationToken)
    {
        var name = SnapshotBinder.RepositoryName(statement.Repository);
        var place = ValueBinder.PlaceOf(statement.Location);
        try
        {
            var given = StoreUri.Parse(statement.Location.Value);
            var location = StoreUri.Parse(
                WithProperties(WithScheme(given, statement.Broker), ParametersOf(statement.Properties)));
            context.Providers.Check(location);
            if (location.NeedsImplicitAccess)
            {
                await context.Rights.RequireAsync(
                    Privilege.ExternalIoImplicitAccess, Securable.System, place, cancellationToken)
                        .ConfigureAwait(false);
            }

            return new BoundCreateRepository(name, context.Vault.Seal(location), given.ToString())
            {
                Broker = statement.Broker?.Text,
                IsReadOnly = statement.IsReadOnly,
                Ttl = statement.Properties.FirstOrDefault(IsTtl) is { } ttl ? SnapshotProperties.Period(ttl) : null,
            };
        }
        catch (BackupSqlException error)
        {
            throw Errors.Wrapped(error, place);
        }
    }

    /// <summary>A broker's stores are found under a scheme of their own; S3 has two names.</summary>
    private string WithScheme(StoreUri given, Name? broker)
    {
        var served = context.Providers.Schemes;
        if (broker is null)
        {
            return given.Scheme == "s3a" && !served.Contains("s3a") && served.Contains("s3")
                ? "s3" + given.Text["s3a".Length..]
                : given.Text;
        }

        var brokers = BrokerStores.NamesIn(served);
        return brokers.Contains(broker.Text, StringComparer.OrdinalIgnoreCase)
            ? BrokerStores.Scheme(given.Scheme, broker.Text) + given.Text[given.Scheme.Length..]
            : throw Errors.BrokerNotFound(broker.Text, brokers, ValueBinder.PlaceOf(broker));
    }

    private static List<(string Name, string Value)> ParametersOf(IEnumerable<Property> properties)
    {
        var parameters = new List<(string, string)>();
        foreach (var property in properties.Where(property => !IsTtl(property)))
        {
            var (key, value) = (property.Key.Value, property.Value.Value);
            if (!key.Equals("aws.s3.use_instance_profile", StringComparison.OrdinalIgnoreCase))
                parameters.Add((Parameters.GetValueOrDefault(key, key), value));
            else if (value.Equals("true", StringComparison.OrdinalIgnoreCase))
                parameters.Add(("AUTH", "implicit"));
        }

        return parameters;
    }

    private static string WithProperties(string location, List<(string Name, string Value)> parameters)
    {
        var query = string.Join(
            '&', parameters.Select(p => Uri.EscapeDataString(p.Name) + "=" + Uri.EscapeDataString(p.Value)));
        if (query.Length == 0)
            return location;
        return location + (location.Contains('?', StringComparison.Ordinal) ? "&" : "?") + query;
    }

    private static bool IsTtl(Property property) =>
        property.Key.Value.Equals(TtlKey, StringComparison.OrdinalIgnoreCase);
}
