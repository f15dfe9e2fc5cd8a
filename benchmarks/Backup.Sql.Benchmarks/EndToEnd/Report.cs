using System.Globalization;

namespace Backup.Sql.Benchmarks.EndToEnd;

/// <summary>The table of medians, ratios and aims.</summary>
internal sealed class Report(IReadOnlyList<Measurement> measurements)
{
    private const double PeakAim = 160;
    private const double Mebibyte = 1 << 20;

    private static readonly string[] Header =
        ["", "wall s", "×zstd", "cpu s", "×zstd", "peak MiB", "stored MiB", "×zstd", "aims"];

    private readonly Dictionary<string, List<Sample>> _samples = measurements.ToDictionary(m => m.Name, _ => new List<Sample>());

    public void Add(Measurement measurement, Sample sample) => _samples[measurement.Name].Add(sample);

    public void Print(TextWriter output)
    {
        var lines = measurements.Select(Line).Prepend(Header).ToList();
        var widths = Header.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        foreach (var line in lines)
        {
            var cells = line.Select((cell, i) => i is 0 or 8 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]));
            output.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }

    private string[] Line(Measurement measurement)
    {
        var samples = _samples[measurement.Name];
        return
        [
            measurement.Title,
            Text(Median(samples.Select(sample => sample.Wall.TotalSeconds))),
            Text(Ratio(measurement, Measurement.Baseline, sample => sample.Wall.TotalSeconds)),
            Text(Median(samples.Select(sample => sample.Cpu.TotalSeconds))),
            Text(Ratio(measurement, Measurement.Baseline, sample => sample.Cpu.TotalSeconds)),
            Text(Peak(measurement), "F0"),
            Text(Median(samples.Select(sample => sample.StoredBytes / Mebibyte)), "F1"),
            Text(Ratio(measurement, Measurement.Baseline, sample => sample.StoredBytes), "F3"),
            string.Join(", ", Aims(measurement)),
        ];
    }

    private IEnumerable<string> Aims(Measurement measurement)
    {
        if (measurement.WallAim is { } wall && _samples.GetValueOrDefault(measurement.Unit)?.Count > 0)
        {
            var ratio = Ratio(measurement, measurement.Unit, sample => sample.Wall.TotalSeconds);
            yield return Verdict($"wall {Text(ratio)} ≤ {Text(wall)} × {measurement.Unit}", ratio <= wall);
        }

        if (measurement.BytesAim is { } bytes && _samples.GetValueOrDefault(Measurement.Full)?.Count > 0)
        {
            var share = Ratio(measurement, Measurement.Full, sample => sample.StoredBytes);
            yield return Verdict($"bytes {Text(share, "P0")} ≤ {Text(bytes, "P0")} of full", share <= bytes);
        }

        if (measurement.IsOurs && Peak(measurement) > PeakAim)
            yield return Verdict($"peak ≤ {Text(PeakAim, "F0")} MiB", false);
    }

    private static string Verdict(string aim, bool reached) => reached ? $"{aim} ok" : $"{aim} MISSED";

    private double Peak(Measurement measurement) =>
        _samples[measurement.Name].Max(sample => sample.PeakBytes) / Mebibyte;

    private double Ratio(Measurement measurement, string unit, Func<Sample, double> figure) =>
        Median(_samples[measurement.Name].Zip(_samples[unit], (own, other) => figure(own) / figure(other)));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static string Text(double value, string format = "F2") => value.ToString(format, CultureInfo.InvariantCulture);
}
