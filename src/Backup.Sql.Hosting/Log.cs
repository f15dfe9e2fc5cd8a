using Microsoft.Extensions.Logging;

namespace Backup.Sql.Hosting;

/// <summary>Log messages of the hosted services. Ids are stable: 400–499.</summary>
internal static partial class Log
{
    [LoggerMessage(400, LogLevel.Warning, "took over job {JobId}, which was {Status}: {Description}")]
    public static partial void Adopted(ILogger logger, long jobId, string status, string description);

    [LoggerMessage(401, LogLevel.Error, "could not look after jobs whose process died; tries again")]
    public static partial void AdoptionFailed(ILogger logger, Exception error);
}
