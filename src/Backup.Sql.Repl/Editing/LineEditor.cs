using System.Globalization;
using System.Text;
using Spectre.Console;

namespace Backup.Sql.Repl.Editing;

/// <summary>
/// Edits one line on a terminal. A line that is longer than the window scrolls sideways, so that the editor needs to
/// know nothing of the terminal but its width and three control sequences.
/// </summary>
/// <param name="terminal">The terminal.</param>
/// <param name="history">What was entered before.</param>
/// <param name="completer">What Tab offers.</param>
internal sealed class LineEditor(ITerminal terminal, History history, ICompleter completer) : ILineReader
{
    private const string EraseToEndOfLine = "\u001b[K";
    private const string Bell = "\a";

    private readonly LineBuffer _line = new();
    private string _prompt = "";

    // Place in the history, its end being the line that was being typed when the history was entered.
    private int _place;
    private string _typed = "";

    /// <inheritdoc/>
    public LineRead Read(string prompt)
    {
        _prompt = prompt;
        _line.Set("");
        _place = history.Count;
        terminal.ControlCIsKey = true;
        try
        {
            return ReadLine();
        }
        finally
        {
            terminal.ControlCIsKey = false;
        }
    }

    /// <inheritdoc/>
    public void Remember(string entry) => history.Add(entry);

    private LineRead ReadLine()
    {
        Draw();
        while (true)
        {
            if (Press(terminal.ReadKey()) is { } outcome)
                return outcome;
            if (!terminal.KeyAvailable)
                Draw();
        }
    }

    private LineRead? Press(ConsoleKeyInfo key)
    {
        if (key.Key == ConsoleKey.Enter || key.KeyChar is '\r' or '\n')
            return Finish(LineRead.Entered(_line.Text), "");
        if (key.Modifiers.HasFlag(ConsoleModifiers.Control))
            return PressControl(key.Key);
        switch (key.Key)
        {
            case ConsoleKey.LeftArrow: _line.Left(); break;
            case ConsoleKey.RightArrow: _line.Right(); break;
            case ConsoleKey.Home: _line.Home(); break;
            case ConsoleKey.End: _line.End(); break;
            case ConsoleKey.UpArrow: Recall(_place - 1); break;
            case ConsoleKey.DownArrow: Recall(_place + 1); break;
            case ConsoleKey.Backspace: _line.Backspace(); break;
            case ConsoleKey.Delete: _line.Delete(); break;
            case ConsoleKey.Tab when terminal.KeyAvailable: _line.Insert(" "); break; // A tab in pasted text.
            case ConsoleKey.Tab: Complete(); break;
            case ConsoleKey.Escape: _line.Set(""); break;
            default: InsertPrintable(key.KeyChar); break;
        }

        return null;
    }

    private LineRead? PressControl(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.C: return Finish(LineRead.Cancelled, "^C");
            case ConsoleKey.D when _line.IsEmpty: return Finish(LineRead.End, "");
            case ConsoleKey.D: _line.Delete(); break;
            case ConsoleKey.A: _line.Home(); break;
            case ConsoleKey.E: _line.End(); break;
            case ConsoleKey.B: _line.Left(); break;
            case ConsoleKey.F: _line.Right(); break;
            case ConsoleKey.P: Recall(_place - 1); break;
            case ConsoleKey.N: Recall(_place + 1); break;
            case ConsoleKey.K: _line.DeleteToEnd(); break;
            case ConsoleKey.U: _line.DeleteToStart(); break;
            case ConsoleKey.W: _line.DeleteWord(); break;
            case ConsoleKey.LeftArrow: _line.WordLeft(); break;
            case ConsoleKey.RightArrow: _line.WordRight(); break;
            case ConsoleKey.Backspace or ConsoleKey.H: _line.Backspace(); break;
            case ConsoleKey.L: terminal.Write("\u001b[H\u001b[2J"); break;
        }

        return null;
    }

    private void InsertPrintable(char c)
    {
        if (!char.IsControl(c))
            _line.Insert(c.ToString());
    }

    private LineRead Finish(LineRead outcome, string mark)
    {
        _line.End();
        Draw();
        terminal.Write(mark + Environment.NewLine);
        return outcome;
    }

    private void Recall(int place)
    {
        if (place < 0 || place > history.Count)
            return;
        if (_place == history.Count)
            _typed = _line.Text;
        _place = place;
        _line.Set(place == history.Count ? _typed : history[place]);
    }

    private void Complete()
    {
        var text = _line.Text;
        var offer = completer.Complete(text[.._line.Cursor]);
        if (offer.Candidates.Count == 0)
        {
            terminal.Write(Bell);
            return;
        }

        var typed = text[offer.Start.._line.Cursor];
        var common = CommonPrefix(offer.Candidates);
        if (offer.Candidates.Count == 1)
            _line.ReplaceBack(offer.Start, common + " ");
        else if (common.Length > typed.Length)
            _line.ReplaceBack(offer.Start, common);
        else
            List(offer.Candidates);
    }

    private void List(IReadOnlyList<string> candidates)
    {
        var width = candidates.Max(candidate => candidate.GetCellWidth()) + 2;
        var perLine = Math.Max(1, terminal.Width / width);
        var text = new StringBuilder(Environment.NewLine);
        foreach (var line in candidates.Chunk(perLine))
        {
            var cells = line.Select(candidate => candidate + new string(' ', width - candidate.GetCellWidth()));
            text.AppendLine(string.Concat(cells).TrimEnd());
        }

        terminal.Write(text.ToString());
    }

    /// <summary>Draws prompt and line over what stands there: as little scrolled as shows the cursor.</summary>
    private void Draw()
    {
        var elements = Elements(_line.Text);
        var widths = elements.Select(element => element.GetCellWidth()).ToArray();
        var promptWidth = _prompt.GetCellWidth();
        var room = Math.Max(1, terminal.Width - promptWidth - 1);
        var cursor = StringInfo.ParseCombiningCharacters(_line.Text[.._line.Cursor]).Length;
        var first = 0;
        var before = widths.Take(cursor).Sum();
        for (; before > room; first++)
            before -= widths[first];
        var shown = new StringBuilder();
        for (int i = first, used = 0; i < elements.Length && (used += widths[i]) <= room; i++)
            shown.Append(elements[i]);
        var column = promptWidth + before;
        terminal.Write($"\r{_prompt}{shown}{EraseToEndOfLine}\r{(column > 0 ? $"\u001b[{column}C" : "")}");
    }

    private static string[] Elements(string text)
    {
        var starts = StringInfo.ParseCombiningCharacters(text);
        var elements = new string[starts.Length];
        for (var i = 0; i < starts.Length; i++)
        {
            var element = text[starts[i]..(i + 1 < starts.Length ? starts[i + 1] : text.Length)];
            elements[i] = element is "\n" or "\r\n" ? "↵" : element; // A recalled statement may have several lines.
        }

        return elements;
    }

    private static string CommonPrefix(IReadOnlyList<string> candidates)
    {
        var prefix = candidates[0].AsSpan();
        foreach (var candidate in candidates)
            prefix = prefix[..prefix.CommonPrefixLength(candidate)];
        return prefix.ToString();
    }
}
