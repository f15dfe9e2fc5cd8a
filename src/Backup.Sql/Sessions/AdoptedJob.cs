namespace Backup.Sql.Sessions;

/// <summary>A job that was taken over from a process that died.</summary>
/// <param name="JobId">Its number, as SHOW JOBS has it.</param>
/// <param name="Type">The kind of work: <c>BACKUP</c>, <c>RESTORE</c>.</param>
/// <param name="Description">The statement for people, without secrets.</param>
/// <param name="Status">
/// The state it was found in. One that was <c>running</c> goes on; others have come to their end.
/// </param>
public sealed record AdoptedJob(long JobId, string Type, string Description, string Status);
