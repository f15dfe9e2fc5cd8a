using System.Text;
using Backup.Sql.Syntax;

namespace Backup.Sql.Parsing;

/// <summary>
/// Finds words and quoted texts without a grammar: enough to choose a dialect, to route a text, and to find the end of
/// a statement. With no dialect it reads as CockroachDB does, and takes back-quoted names as names besides.
/// </summary>
internal ref struct TextScanner(ReadOnlySpan<char> text, int position, StatementDialect? dialect)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _position = position;

    /// <summary>Where the next lexeme is looked for.</summary>
    public readonly int Position => _position;

    private readonly bool IsStarRocks => dialect == StatementDialect.StarRocks;

    /// <summary>The text of a lexeme.</summary>
    public readonly ReadOnlySpan<char> TextOf(Lexeme lexeme) => _text[lexeme.Start..lexeme.End];

    /// <summary>True when a lexeme is an unquoted word, in any case.</summary>
    public readonly bool Is(Lexeme lexeme, ReadOnlySpan<char> word) =>
        lexeme.Kind == LexemeKind.Word && Ascii.EqualsIgnoreCase(TextOf(lexeme), word);

    /// <summary>Reads on if the next lexeme is a given word.</summary>
    public bool Accept(ReadOnlySpan<char> word)
    {
        var before = _position;
        if (Is(Next(), word))
            return true;
        _position = before;
        return false;
    }

    /// <summary>The next lexeme, without reading on.</summary>
    public Lexeme Peek()
    {
        var before = _position;
        var lexeme = Next();
        _position = before;
        return lexeme;
    }

    /// <summary>
    /// Reads the next lexeme; at the end of the text it is <see cref="LexemeKind.End"/> again and again.
    /// </summary>
    public Lexeme Next()
    {
        SkipBlanks();
        var start = _position;
        if (start >= _text.Length)
            return new Lexeme(LexemeKind.End, _text.Length, _text.Length);
        var kind = ReadOne(_text[start]);
        return new Lexeme(kind, start, _position);
    }

    private LexemeKind ReadOne(char first)
    {
        switch (first)
        {
            case '\'' when !IsStarRocks:
                ReadString(withEscapes: false);
                return LexemeKind.String;
            case '\'' or '"' when IsStarRocks:
                ReadQuoted(first, withEscapes: true);
                return LexemeKind.String;
            case '"':
                ReadQuoted('"', withEscapes: false);
                return LexemeKind.DoubleQuoted;
            case '`':
                ReadQuoted('`', withEscapes: false);
                return LexemeKind.BackQuoted;
            case '$' when !IsStarRocks:
                return ReadDollar();
            case ';':
                _position++;
                return LexemeKind.Semicolon;
            case 'e' or 'E' when !IsStarRocks && At(_position + 1) == '\'':
                _position++;
                ReadString(withEscapes: true);
                return LexemeKind.String;
        }

        if (IsWordPart(first))
            return ReadWord();
        _position++;
        return LexemeKind.Mark;
    }

    private LexemeKind ReadWord()
    {
        var hasLetter = false;
        while (_position < _text.Length && IsWordPart(_text[_position]))
            hasLetter |= !char.IsAsciiDigit(_text[_position++]);
        return hasLetter ? LexemeKind.Word : LexemeKind.Number;
    }

    private LexemeKind ReadDollar()
    {
        var end = _position + 1;
        if (char.IsAsciiDigit(At(end)))
        {
            while (char.IsAsciiDigit(At(end)))
                end++;
            _position = end;
            return LexemeKind.Placeholder;
        }

        while (At(end) != '$' && IsWordPart(At(end)))
            end++;
        if (At(end) != '$')
        {
            _position++;
            return LexemeKind.Mark;
        }

        _position = QuoteRules.EndOfDollarQuoted(_text, _position, end + 1).OrEndOf(_text);
        return LexemeKind.String;
    }

    private void ReadQuoted(char quote, bool withEscapes) =>
        _position = QuoteRules.EndOfQuoted(_text, _position + 1, quote, withEscapes).OrEndOf(_text);

    private void ReadString(bool withEscapes)
    {
        var end = QuoteRules.EndOfQuoted(_text, _position + 1, '\'', withEscapes);
        _position = QuoteRules.EndOfJoined(_text, end, withEscapes).OrEndOf(_text);
    }

    private void SkipBlanks()
    {
        while (_position < _text.Length)
        {
            var c = _text[_position];
            if (c is ' ' or '\t' or '\r' or '\n' or '\f' or '\v' || (c == '\u3000' && IsStarRocks))
            {
                _position++;
            }
            else if (c == '-' && At(_position + 1) == '-')
            {
                var length = _text[_position..].IndexOfAny('\r', '\n');
                _position = length < 0 ? _text.Length : _position + length;
            }
            else if (c == '/' && At(_position + 1) == '*')
            {
                _position = QuoteRules.EndOfComment(_text, _position).OrEndOf(_text);
            }
            else
            {
                return;
            }
        }
    }

    private readonly char At(int index) => index < _text.Length ? _text[index] : '\0';

    private static bool IsWordPart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' || c >= '\u0080';
}
