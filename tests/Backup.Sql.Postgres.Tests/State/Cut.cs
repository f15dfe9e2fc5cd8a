namespace Backup.Sql.Postgres.Tests.State;

/// <summary>How a proxy fails its client.</summary>
internal enum Cut
{
    /// <summary>The message is lost.</summary>
    Message,

    /// <summary>The server gets the message and its answer is lost.</summary>
    Answer,

    /// <summary>The connection breaks, and the server gets the message when it is released.</summary>
    Late,
}
