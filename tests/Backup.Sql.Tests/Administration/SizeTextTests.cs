using Backup.Sql.Binding;
using Backup.Sql.Tuning;
using FsCheck;
using FsCheck.Fluent;

namespace Backup.Sql.Tests.Administration;

public sealed class SizeTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("4096", 4096)]
    [InlineData("64MiB", 64L << 20)]
    [InlineData(" 1.5 GiB ", 3L << 29)]
    [InlineData("100 kB", 100_000)]
    [InlineData("2tib", 2L << 40)]
    public void Sizes_are_read_with_their_units(string text, long bytes)
    {
        Assert.True(SizeText.TryParse(text, out var read));
        Assert.Equal(bytes, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MiB")]
    [InlineData("-1")]
    [InlineData("1 parsec")]
    [InlineData("1..5 MiB")]
    [InlineData("9999999999 TiB")]
    public void What_is_no_size_is_refused(string text) => Assert.False(SizeText.TryParse(text, out _));

    [Fact]
    public void What_is_printed_exactly_reads_the_same() => Prop.ForAll<long>(
        bytes => SizeText.TryParse(SizeText.Exact(bytes & long.MaxValue), out var read)
            && read == (bytes & long.MaxValue)).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_settings_limits_are_values_that_it_takes()
    {
        foreach (var setting in SettingDefinitions.All.Where(s => s.Type is SettingType.Size or SettingType.Integer))
        {
            foreach (var number in new[] { setting.Minimum, setting.Maximum })
            {
                var text = SettingText.Show(setting, number.ToString(System.Globalization.CultureInfo.InvariantCulture));
                Assert.NotNull(SettingText.Read(setting, text));
            }
        }
    }
}
