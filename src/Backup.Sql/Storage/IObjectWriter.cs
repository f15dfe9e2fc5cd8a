namespace Backup.Sql.Storage;

/// <summary>
/// An object in the making. One caller at a time; disposing it before <see cref="CompleteAsync"/> has succeeded
/// discards everything.
/// </summary>
public interface IObjectWriter : IAsyncDisposable
{
    /// <summary>Appends bytes. The memory may be reused as soon as the call has returned.</summary>
    /// <param name="part">The bytes.</param>
    /// <param name="cancellationToken">Ends the call; the object can then only be disposed.</param>
    ValueTask WritePartAsync(ReadOnlyMemory<byte> part, CancellationToken cancellationToken = default);

    /// <summary>Makes the object durable and then visible under its name, unless the name is taken.</summary>
    /// <param name="cancellationToken">Ends the call; the object may or may not exist then.</param>
    /// <exception cref="Diagnostics.BackupSqlException">58P02 the name is taken; nothing was changed.</exception>
    ValueTask CompleteAsync(CancellationToken cancellationToken = default);
}
