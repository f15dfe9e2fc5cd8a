using System.Text;
using Backup.Sql.Repl.Editing;

namespace Backup.Sql.Repl.Tests.Editing;

/// <summary>A terminal that types what a test queued and shows the line that a person would see.</summary>
internal sealed class FakeTerminal(int width = 80) : ITerminal
{
    private readonly Queue<ConsoleKeyInfo> _keys = new();
    private readonly StringBuilder _line = new();
    private int _column;

    public int Width => width;

    public bool KeyAvailable => Pasting && _keys.Count > 0;

    public bool Pasting { get; set; }

    /// <summary>Lines that were finished, as they stood on the screen.</summary>
    public List<string> Lines { get; } = [];

    /// <summary>The screen before each key, the cursor shown as <c>|</c>.</summary>
    public List<string> Screens { get; } = [];

    public bool Rang { get; private set; }

    public FakeTerminal Type(string text)
    {
        foreach (var c in text)
            _keys.Enqueue(new ConsoleKeyInfo(c, c == '\t' ? ConsoleKey.Tab : ConsoleKey.None, false, false, false));
        return this;
    }

    public FakeTerminal Press(params ConsoleKey[] keys)
    {
        foreach (var key in keys)
            _keys.Enqueue(new ConsoleKeyInfo(key == ConsoleKey.Enter ? '\r' : '\0', key, false, false, false));
        return this;
    }

    public FakeTerminal Control(params ConsoleKey[] keys)
    {
        foreach (var key in keys)
            _keys.Enqueue(new ConsoleKeyInfo('\0', key, false, false, control: true));
        return this;
    }

    public bool ControlCIsKey { get; set; }

    public ConsoleKeyInfo ReadKey()
    {
        var screen = _line.ToString().PadRight(_column);
        Screens.Add(screen.Insert(_column, "|"));
        return _keys.Dequeue();
    }

    public void Write(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\u001b')
                i = Control(text, i);
            else if (text[i] == '\a')
                Rang = true;
            else if (text[i] == '\r')
                _column = 0;
            else if (text[i] == '\n')
                NewLine();
            else
                Put(text[i]);
        }
    }

    private int Control(string text, int at)
    {
        var end = at + 2;
        while (!char.IsLetter(text[end]))
            end++;
        if (text[end] == 'K')
            _line.Length = Math.Min(_line.Length, _column);
        else if (text[end] == 'C')
            _column += int.Parse(text[(at + 2)..end]);
        return end;
    }

    private void Put(char c)
    {
        if (_column < _line.Length)
            _line[_column] = c;
        else
            _line.Append(c);
        _column++;
        Assert.True(_column < width, "the line must not wrap");
    }

    private void NewLine()
    {
        Lines.Add(_line.ToString());
        _line.Clear();
        _column = 0;
    }
}
