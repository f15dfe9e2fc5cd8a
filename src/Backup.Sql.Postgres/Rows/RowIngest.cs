using Backup.Sql.Rows;
using Npgsql;

namespace Backup.Sql.Postgres.Rows;

/// <summary>Loads rows into a table.</summary>
internal static class RowIngest
{
    private const int BytesPerMessage = 48 << 10;

    /// <summary>
    /// Loads rows by COPY. Values of every kind go into columns of every type whose input function takes their text.
    /// </summary>
    /// <param name="connection">A connection on which nothing else runs, in a transaction or not.</param>
    /// <param name="table">The table's name as people read it, for errors: <c>shop.public.orders</c>.</param>
    /// <param name="copyTarget">
    /// What COPY is to fill, quoted: <c>"public"."orders" ("id", "total")</c>; with no generated column.
    /// </param>
    /// <param name="freeze">True where the transaction has made or truncated the table: COPY … FREEZE.</param>
    /// <param name="columns">The columns of <paramref name="copyTarget"/>, in the order of the record's values.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="cancellationToken">Ends the call; nothing has been loaded then.</param>
    /// <returns>Number of rows.</returns>
    /// <exception cref="Diagnostics.BackupSqlException">
    /// 22023 a text holds a NUL; others as the server says, naming table, column and line.
    /// </exception>
    public static async ValueTask<long> CopyAsync(
        NpgsqlConnection connection,
        string table,
        string copyTarget,
        bool freeze,
        IReadOnlyList<IngestColumn> columns,
        IRowSource rows,
        CancellationToken cancellationToken)
    {
        using var text = new RowText(table, columns);
        try
        {
            var command = $"COPY {copyTarget} FROM STDIN{(freeze ? " WITH (FREEZE)" : string.Empty)}";
            var import = await connection.BeginTextImportAsync(command, cancellationToken).ConfigureAwait(false);
            var writer = (StreamWriter)import;
            try
            {
                var count = await WriteAsync(text, writer.BaseStream, rows, cancellationToken).ConfigureAwait(false);

                // The server says only now what it thinks of the last rows.
                await import.DisposeAsync().ConfigureAwait(false);
                return count;
            }
            catch
            {
                await CancelAsync(writer).ConfigureAwait(false);
                throw;
            }
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw PostgresErrors.From($"rows of {table} could not be loaded", failure);
        }
    }

    private static async ValueTask<long> WriteAsync(
        RowText text, Stream stream, IRowSource rows, CancellationToken cancellationToken)
    {
        var count = 0L;
        while (await rows.FillAsync(cancellationToken).ConfigureAwait(false))
        {
            while (WriteSome(text, rows, ref count))
                await SendAsync(text, stream, cancellationToken).ConfigureAwait(false);
        }

        await SendAsync(text, stream, cancellationToken).ConfigureAwait(false);
        return count;
    }

    /// <summary>Writes rows until there is enough to send, or none is ready.</summary>
    /// <returns>True when there is enough.</returns>
    private static bool WriteSome(RowText text, IRowSource rows, ref long count)
    {
        while (rows.TryRead(out var row))
        {
            text.Write(row.Value);
            count++;
            if (text.Lines.Length >= BytesPerMessage)
                return true;
        }

        return false;
    }

    private static async ValueTask SendAsync(RowText text, Stream stream, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(text.Lines.Memory, cancellationToken).ConfigureAwait(false);
        text.Lines.Clear();
    }

    /// <summary>Without this, disposing would make what has come so far the whole.</summary>
    private static async ValueTask CancelAsync(StreamWriter writer)
    {
        try
        {
            await ((NpgsqlRawCopyStream)writer.BaseStream).CancelAsync().ConfigureAwait(false);
            await writer.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure)
            || failure is ObjectDisposedException or InvalidOperationException)
        {
            // It has ended already: the error that is on its way says why.
        }
    }
}
