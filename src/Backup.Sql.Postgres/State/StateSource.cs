using Npgsql;

namespace Backup.Sql.Postgres.State;

/// <summary>Makes the pool of connections of a state store.</summary>
internal static class StateSource
{
    private const int Connections = 8;

    /// <summary>Makes it; nothing is connected yet.</summary>
    /// <param name="connectionString">What the host gave.</param>
    public static NpgsqlDataSource Make(string connectionString)
    {
        try
        {
            var given = new NpgsqlConnectionStringBuilder(connectionString);
            if (string.IsNullOrEmpty(given.Host))
                throw StateErrors.BadConnectionString();
            given.Database ??= "postgres";
            given.ApplicationName ??= "backup.sql state";
            given.ClientEncoding = "UTF8";
            given.Enlist = false;
            given.IncludeErrorDetail = false; // values of rows do not belong into errors
            if (!given.ContainsKey("Maximum Pool Size"))
                given.MaxPoolSize = Math.Max(Connections, given.MinPoolSize);
            if (given.Host.Contains(',') && given.TargetSessionAttributes is null)
                given.TargetSessionAttributes = "primary";
            return NpgsqlDataSource.Create(given);
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException or KeyNotFoundException
            or InvalidOperationException or NotSupportedException)
        {
            throw StateErrors.BadConnectionString();
        }
    }
}
