using Backup.Sql.Sessions;

namespace Backup.Sql.Aws;

/// <summary>Registers S3 and AWS KMS with a host.</summary>
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

    /// <summary>
    /// Lets backups be encrypted with keys of AWS KMS: <c>aws:///</c> and <c>aws-kms:///</c> locations.
    /// </summary>
    /// <param name="builder">Gathers what the host brings.</param>
    /// <returns>The same builder.</returns>
    public static BackupSqlBuilder AddAwsKms(this BackupSqlBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddKeyService(new KmsProvider());
    }
}
