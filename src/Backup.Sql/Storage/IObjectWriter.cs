namespace Backup.Sql.Storage;

/// <summary>
/// An object in the making. One caller at a time; disposing it before <see cref="CompleteAsync"/> has succeeded
/// discards everything.
/// </summary>
public interface IObjectWriter : IAsyncDisposable
{
    /// <summary>
    /// Appends bytes. The memory may be reused as soon as the call has returned. After a transient error the part
    /// counts as not written: it is given again, or the object is disposed.
    /// </summary>
    /// <param name="part">The bytes.</param>
    /// <param name="cancellationToken">Ends the call; the object can then only be disposed.</param>
    ValueTask WritePartAsync(ReadOnlyMemory<byte> part, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes the object durable and then visible under its name, unless the name is taken. After a transient error it
    /// may be called again; 58P02 then means that the name is taken, perhaps by the first call.
    /// </summary>
    /// <param name="cancellationToken">Ends the call; the object may or may not exist then.</param>
    /// <exception cref="Diagnostics.BackupSqlException">58P02 the name is taken; nothing was changed.</exception>
    ValueTask CompleteAsync(CancellationToken cancellationToken = default);
}
