using System.Text;

namespace Backup.Sql.Repl.Commands;

/// <summary>
/// Reads lines that end with a line feed, as <c>wc -l</c> counts them: a lone carriage return, which
/// <see cref="TextReader.ReadLine"/> takes for a line end, is part of the line. One before the line feed is dropped.
/// </summary>
/// <param name="input">The text.</param>
internal sealed class FeedLineReader(TextReader input)
{
    private readonly char[] _buffer = new char[16 * 1024];
    private readonly StringBuilder _line = new();
    private int _at;
    private int _end;

    /// <summary>True when the next line is here already.</summary>
    public bool HasBuffered => _buffer.AsSpan(_at, _end - _at).Contains('\n');

    /// <summary>Reads a line.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The line without its end; null at the end of the text.</returns>
    public async ValueTask<string?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var length = _buffer.AsSpan(_at, _end - _at).IndexOf('\n');
            if (length >= 0)
            {
                _line.Append(_buffer, _at, length);
                _at += length + 1;
                return TakeLine();
            }

            _line.Append(_buffer, _at, _end - _at);
            _at = 0;
            _end = await input.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false);
            if (_end == 0)
                return _line.Length == 0 ? null : TakeLine();
        }
    }

    private string TakeLine()
    {
        var length = _line.Length > 0 && _line[^1] == '\r' ? _line.Length - 1 : _line.Length;
        var line = _line.ToString(0, length);
        _line.Clear();
        return line;
    }
}
