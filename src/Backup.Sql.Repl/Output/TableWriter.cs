using Backup.Sql.Sessions;
using Spectre.Console;

namespace Backup.Sql.Repl.Output;

/// <summary>
/// Prints aligned columns. Widths come from the first rows alone, so that an answer of any length is printed in bounded
/// memory; a later, wider cell pushes its line to the right. Where the table is wider than the terminal, each row is
/// printed as a record of its own, one line per column: nothing is ever cut off.
/// </summary>
/// <param name="output">Takes the lines.</param>
/// <param name="terminalWidth">Columns of the terminal, or null when the output is no terminal.</param>
internal sealed class TableWriter(TextWriter output, int? terminalWidth) : IAnswerWriter
{
    private const int RowsToMeasure = 1000;
    private const string Null = "NULL";

    /// <inheritdoc/>
    public async Task WriteAsync(Answer answer, CancellationToken cancellationToken)
    {
        if (answer.Columns.Count == 0)
            return;
        var rows = answer.Rows.GetAsyncEnumerator(cancellationToken);
        await using (rows.ConfigureAwait(false))
        {
            var first = new List<IReadOnlyList<object?>>();
            while (first.Count < RowsToMeasure && await rows.MoveNextAsync().ConfigureAwait(false))
                first.Add(rows.Current);
            var layout = Layout.Measure(answer.Columns, first);
            var asRecords = layout.TotalWidth > terminalWidth;
            if (!asRecords)
                WriteHeader(layout);
            long count = 0;
            foreach (var row in first)
                WriteRow(layout, row, ++count, asRecords);
            while (first.Count == RowsToMeasure && await rows.MoveNextAsync().ConfigureAwait(false))
                WriteRow(layout, rows.Current, ++count, asRecords);
            await output.WriteLineAsync($"({ValueText.Count(count, "row")})").ConfigureAwait(false);
        }
    }

    private void WriteHeader(Layout layout)
    {
        var names = layout.Names;
        for (var i = 0; i < names.Length; i++)
            WriteCell(names[i], layout.Widths[i], i, names.Length, alignRight: false);
        output.WriteLine();
        output.WriteLine(string.Join('+', layout.Widths.Select(width => new string('-', width + 2))));
    }

    private void WriteRow(Layout layout, IReadOnlyList<object?> row, long number, bool asRecord)
    {
        if (asRecord)
            WriteRecord(layout, row, number);
        else
            WriteLines(layout, row);
    }

    private void WriteLines(Layout layout, IReadOnlyList<object?> row)
    {
        var cells = new string[row.Count][];
        var height = 1;
        for (var i = 0; i < cells.Length; i++)
        {
            cells[i] = CellLines(row[i]);
            height = Math.Max(height, cells[i].Length);
        }

        for (var line = 0; line < height; line++)
        {
            for (var i = 0; i < cells.Length; i++)
            {
                var text = line < cells[i].Length ? cells[i][line] : "";
                WriteCell(text, layout.Widths[i], i, cells.Length, layout.AlignRight[i]);
            }

            output.WriteLine();
        }
    }

    private void WriteCell(string text, int width, int index, int count, bool alignRight)
    {
        var isLast = index == count - 1;
        if (index > 0)
            output.Write('|');
        if (isLast && text.Length == 0)
            return; // No blanks at the end of a line.
        var padding = new string(' ', Math.Max(0, width - text.GetCellWidth()));
        output.Write(' ');
        if (alignRight)
            output.Write(padding);
        output.Write(text);
        if (isLast)
            return;
        if (!alignRight)
            output.Write(padding);
        output.Write(' ');
    }

    private void WriteRecord(Layout layout, IReadOnlyList<object?> row, long number)
    {
        output.WriteLine($"-[ {number} ]{new string('-', Math.Max(0, layout.NameWidth - 4))}");
        for (var i = 0; i < row.Count; i++)
        {
            var name = layout.Names[i];
            foreach (var line in CellLines(row[i]))
            {
                WriteCell(name, layout.NameWidth, 0, 2, alignRight: false);
                WriteCell(line, 0, 1, 2, alignRight: false);
                output.WriteLine();
                name = "";
            }
        }
    }

    private static string[] CellLines(object? value) => ValueText.ShowControls(ValueText.Of(value) ?? Null).Split('\n');

    /// <summary>Where the columns stand, in terminal cells.</summary>
    private sealed record Layout(string[] Names, int[] Widths, bool[] AlignRight)
    {
        public int NameWidth { get; } = Names.Max(name => name.GetCellWidth());

        public int TotalWidth => Widths.Sum() + (3 * Widths.Length) - 1;

        public static Layout Measure(IReadOnlyList<AnswerColumn> columns, List<IReadOnlyList<object?>> rows)
        {
            var names = columns.Select(column => ValueText.ShowControls(column.Name).Replace('\n', ' ')).ToArray();
            var widths = new int[names.Length];
            var alignRight = new bool[names.Length];
            for (var i = 0; i < names.Length; i++)
            {
                var cells = rows.ConvertAll(row => row[i]);
                var longest = cells.Select(WidthOf).DefaultIfEmpty().Max();
                widths[i] = Math.Max(names[i].GetCellWidth(), longest);
                alignRight[i] = columns[i].Type is { } type
                    ? type is ResultType.Int or ResultType.Float
                    : cells.Exists(ValueText.IsNumber) && cells.TrueForAll(IsNumberOrNull);
            }

            return new Layout(names, widths, alignRight);
        }

        private static bool IsNumberOrNull(object? cell) => cell is null || ValueText.IsNumber(cell);

        private static int WidthOf(object? cell) => CellLines(cell).Max(line => line.GetCellWidth());
    }
}
