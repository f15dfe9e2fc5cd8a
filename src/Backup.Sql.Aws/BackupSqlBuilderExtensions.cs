using Backup.Sql.Sessions;

namespace Backup.Sql.Aws;

/// <summary>Registers S3 with a host.</summary>
public static class BackupSqlBuilderExtensions
{
    /// <summary>Lets backups go to <c>s3://</c> and <c>gs://</c> locations.</summary>
    /// <param name="builder">Gathers what the host brings.</param>
    /// <returns>The same builder.</returns>
    public static BackupSqlBuilder AddS3(this BackupSqlBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddStore(new S3ObjectStoreProvider());
    }
}
