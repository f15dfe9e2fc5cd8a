using System.Globalization;
using System.Text;

namespace Backup.Sql.Repl.Editing;

/// <summary>A line of text and the cursor in it. The cursor moves by what a reader sees as one character.</summary>
internal sealed class LineBuffer
{
    private readonly StringBuilder _text = new();

    /// <summary>The text.</summary>
    public string Text => _text.ToString();

    /// <summary>Offset of the cursor in UTF-16 units.</summary>
    public int Cursor { get; private set; }

    /// <summary>True when there is no text.</summary>
    public bool IsEmpty => _text.Length == 0;

    /// <summary>Replaces the text; the cursor goes to its end.</summary>
    /// <param name="text">The new text.</param>
    public void Set(string text)
    {
        _text.Clear().Append(text);
        Cursor = _text.Length;
    }

    /// <summary>Inserts at the cursor, which moves behind what was inserted.</summary>
    /// <param name="text">What to insert.</param>
    public void Insert(string text)
    {
        _text.Insert(Cursor, text);
        Cursor += text.Length;
    }

    /// <summary>Replaces what lies between an offset and the cursor.</summary>
    /// <param name="start">Offset of the first unit to go, at most the cursor.</param>
    /// <param name="text">What to put there.</param>
    public void ReplaceBack(int start, string text)
    {
        RemoveTo(start);
        Insert(text);
    }

    /// <summary>Moves one character to the left.</summary>
    public void Left() => Cursor = PreviousBoundary();

    /// <summary>Moves one character to the right.</summary>
    public void Right() => Cursor = NextBoundary();

    /// <summary>Moves to the start of this word or the one before.</summary>
    public void WordLeft() => Cursor = WordStart();

    /// <summary>Moves behind this word or the next one.</summary>
    public void WordRight()
    {
        while (Cursor < _text.Length && !IsWord(_text[Cursor]))
            Cursor++;
        while (Cursor < _text.Length && IsWord(_text[Cursor]))
            Cursor++;
    }

    /// <summary>Moves to the start.</summary>
    public void Home() => Cursor = 0;

    /// <summary>Moves to the end.</summary>
    public void End() => Cursor = _text.Length;

    /// <summary>Removes the character before the cursor.</summary>
    public void Backspace() => RemoveTo(PreviousBoundary());

    /// <summary>Removes the character at the cursor.</summary>
    public void Delete() => _text.Remove(Cursor, NextBoundary() - Cursor);

    /// <summary>Removes the word before the cursor.</summary>
    public void DeleteWord() => RemoveTo(WordStart());

    /// <summary>Removes everything before the cursor.</summary>
    public void DeleteToStart() => RemoveTo(0);

    /// <summary>Removes everything from the cursor on.</summary>
    public void DeleteToEnd() => _text.Length = Cursor;

    private void RemoveTo(int start)
    {
        _text.Remove(start, Cursor - start);
        Cursor = start;
    }

    private int WordStart()
    {
        var start = Cursor;
        while (start > 0 && !IsWord(_text[start - 1]))
            start--;
        while (start > 0 && IsWord(_text[start - 1]))
            start--;
        return start;
    }

    private int NextBoundary() =>
        Cursor + StringInfo.GetNextTextElementLength(_text.ToString(Cursor, _text.Length - Cursor));

    private int PreviousBoundary()
    {
        var boundary = 0;
        var text = Text;
        while (boundary < Cursor)
        {
            var next = boundary + StringInfo.GetNextTextElementLength(text, boundary);
            if (next >= Cursor)
                break;
            boundary = next;
        }

        return boundary;
    }

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c is '_' or '$' || char.IsSurrogate(c);
}
