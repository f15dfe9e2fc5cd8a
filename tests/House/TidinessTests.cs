using System.Reflection;
using System.Text.RegularExpressions;

namespace Backup.Sql.House;

/// <summary>What a reader would stumble over.</summary>
public sealed partial class TidinessTests
{
    private const BindingFlags Everywhere = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    private const int LongestLine = 120;

    [Fact]
    public void Clock_chance_and_sleep_come_from_outside()
    {
        string[] banned =
        [
            "DateTime.Now", "DateTime.UtcNow", "DateTimeOffset.Now", "DateTimeOffset.UtcNow", "Stopwatch", "Guid.NewGuid",
            "Random.Shared", "new Random(", "Thread.Sleep", "Environment.TickCount",
        ];
        // The tool talks to a person in real time; the library does not.
        var uses =
            from file in Sources.Shipped()
            where !file.Path.StartsWith("src/Backup.Sql.Repl/", StringComparison.Ordinal)
            from word in banned
            where file.Code.Contains(word, StringComparison.Ordinal)
            select $"{file.Path} uses {word}";
        Assert.Empty(uses);
    }

    [Fact]
    public void The_ban_is_enforced_by_the_compiler_too()
    {
        var symbols = File.ReadAllText(Path.Combine(Sources.Root, "src/BannedSymbols.txt"));
        foreach (var symbol in new[] { "DateTime.UtcNow", "Guid.NewGuid", "Thread.Sleep", "Random.Shared" })
            Assert.Contains(symbol, symbols, StringComparison.Ordinal);
        var props = File.ReadAllText(Path.Combine(Sources.Root, "src/Directory.Build.props"));
        Assert.Contains("BannedApiAnalyzers", props, StringComparison.Ordinal);
        Assert.Contains("BannedSymbols.txt", props, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_holds_one_public_type_and_has_its_name()
    {
        var offenders =
            from file in Sources.Shipped()
            let types = PublicType().Matches(file.Code).Select(match => match.Groups[1].Value).Distinct().ToList()
            let name = Path.GetFileNameWithoutExtension(file.Path).Split('.')[0]
            where types.Count > 1 || (types.Count == 1 && types[0] != name)
            select $"{file.Path} holds {string.Join(", ", types)}";
        Assert.Empty(offenders);
    }

    [Fact]
    public void Public_members_are_documented()
    {
        foreach (var project in Directory.EnumerateFiles(Path.Combine(Sources.Root, "src"), "*.csproj", SearchOption.AllDirectories))
            Assert.DoesNotContain("1591", File.ReadAllText(project), StringComparison.Ordinal);
        foreach (var assembly in Assemblies.Shipped)
        {
            var documentation = File.ReadAllText(Path.ChangeExtension(assembly.Location, ".xml"));
            var silent =
                from type in assembly.GetExportedTypes()
                let id = type.FullName!.Replace('+', '.')
                where !documentation.Contains($"\"T:{id}\"", StringComparison.Ordinal)
                select type.FullName;
            Assert.Empty(silent);
            var silentProperties =
                from type in assembly.GetExportedTypes()
                from property in type.GetProperties(
                    BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                where property.Name != "EqualityContract" && property.GetIndexParameters().Length == 0
                let id = $"{type.FullName!.Replace('+', '.')}.{property.Name}"
                where !documentation.Contains($"\"P:{id}\"", StringComparison.Ordinal)
                    && !documentation.Contains($"name=\"{property.Name}\"", StringComparison.Ordinal) // a record's parameter
                select id;
            Assert.Empty(silentProperties);
        }
    }

    /// <summary>A default of the interface would hide from callers what the store behind a decorator can do.</summary>
    [Fact]
    public void Decorators_of_stores_pass_on_every_call()
    {
        var store = typeof(Storage.IObjectStore);
        var silent =
            from type in store.Assembly.GetTypes()
            where type is { IsClass: true, IsAbstract: false } && store.IsAssignableFrom(type)
                && type.GetConstructors(Everywhere).Any(made => made.GetParameters().Any(taken => taken.ParameterType == store))
            let map = type.GetInterfaceMap(store)
            from method in map.TargetMethods
            where method.DeclaringType == store
            select $"{type.Name} leaves {method.Name} to the interface";
        Assert.Empty(silent);
    }

    [Fact]
    public void Lines_are_short_enough_to_read()
    {
        var longLines =
            from file in Sources.Shipped()
            from line in file.Lines.Select((text, index) => (text, number: index + 1))
            where line.text.Length > LongestLine && !LongText().IsMatch(line.text)
            select $"{file.Path}:{line.number} has {line.text.Length} characters";
        Assert.Empty(longLines);
    }

    [Fact]
    public void Nothing_is_left_for_later()
    {
        var marks =
            from file in Sources.Shipped()
            where Later().IsMatch(file.Text)
            select file.Path;
        Assert.Empty(marks);
    }

    [Fact]
    public void Skipped_tests_give_their_reason()
    {
        var silent =
            from file in Sources.In("tests")
            from Match match in Skip().Matches(file.Code)
            where match.Groups[1].Value.Trim().Length < 10
            select file.Path;
        Assert.Empty(silent);
    }

    [GeneratedRegex(@"^public (?:(?:static|sealed|abstract|readonly|partial|ref|unsafe) )*(?:class|record struct|record|struct|interface|enum|delegate [\w<>?]+) (\w+)", RegexOptions.Multiline)]
    private static partial Regex PublicType();

    // A sentence for people is easier to find when it is not cut into pieces.
    [GeneratedRegex(@"""[^""]{30,}")]
    private static partial Regex LongText();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|NotImplementedException)\b")]
    private static partial Regex Later();

    [GeneratedRegex(@"Skip\s*=\s*""([^""]*)""")]
    private static partial Regex Skip();
}
