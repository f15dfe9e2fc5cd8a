using System.Text.RegularExpressions;

namespace Backup.Sql.House;

/// <summary>
/// A room sees the rooms listed here and no other; nothing points back. Diagnostics sees nobody and all may see it. Only
/// Sessions knows the order.
/// </summary>
public sealed partial class RoomTests
{
    private const string Everything = "*";

    private static readonly Dictionary<string, string[]> MaySee = new()
    {
        ["Diagnostics"] = [],
        ["Syntax"] = [],
        ["Parsing"] = ["Syntax"],
        ["Catalog"] = [],
        ["Rows"] = ["Catalog"],
        ["Storage"] = [],
        ["State"] = [],
        ["Schedules"] = ["State"],
        ["Engines"] = ["Catalog", "Rows"],
        ["Collections"] = ["Catalog", "Keys", "Rows", "Storage"],
        ["Binding"] =
            ["Syntax", "Catalog", "Engines", "Storage", "Schedules", "Access", "Connections", "Keys", "Tuning"],
        ["Access"] = ["State"],
        ["Connections"] = ["State", "Storage"],
        ["Keys"] = ["Storage"],
        ["Tuning"] = ["State"],
        ["Planning"] = ["Binding", "Catalog", "Collections", "Engines", "Rows"],
        ["Execution"] = ["Planning", "Catalog", "Collections", "Engines", "Rows", "State"],
        ["Sessions"] = [Everything],
    };

    public static TheoryData<string> Rooms => [.. MaySee.Keys];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_sees_only_what_it_may(string room)
    {
        var allowed = MaySee[room].Append(room).Append("Diagnostics").ToHashSet();
        var trespasses =
            from file in Sources.Shipped()
            where file.Room == room
            from Match reference in RoomReference().Matches(file.Code)
            where MaySee.ContainsKey(reference.Groups[1].Value) && !allowed.Contains(reference.Groups[1].Value)
                && !allowed.Contains(Everything)
            select $"{file.Path} refers to {reference.Groups[1].Value}";
        Assert.Empty(trespasses.Distinct());
    }

    [Fact]
    public void Every_folder_of_the_core_is_a_room()
    {
        var folders = Sources.Shipped().Select(file => file.Room).Where(room => room.Length > 0).Distinct();
        Assert.Equal(MaySee.Keys.Order(), folders.Order());
    }

    [Fact]
    public void A_file_is_in_the_namespace_of_its_room()
    {
        var strays =
            from file in Sources.Shipped()
            where file.Room.Length > 0
            let declared = NamespaceOf().Match(file.Text).Groups[1].Value
            where declared != $"Backup.Sql.{file.Room}" && !declared.StartsWith($"Backup.Sql.{file.Room}.", StringComparison.Ordinal)
            select $"{file.Path} is in {declared}";
        Assert.Empty(strays);
    }

    [Fact]
    public void Shipped_projects_see_neither_the_test_kit_nor_the_tool()
    {
        var offenders =
            from path in Directory.EnumerateFiles(Path.Combine(Sources.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            where File.ReadAllText(path) is var text
                && (text.Contains("Backup.Sql.TestKit.csproj", StringComparison.Ordinal)
                    || text.Contains("Backup.Sql.Repl.csproj", StringComparison.Ordinal))
            select path;
        Assert.Empty(offenders);
    }

    [Fact]
    public void The_core_depends_on_nothing_but_the_parser_runtime_and_abstractions()
    {
        var project = File.ReadAllText(Path.Combine(Sources.Root, "src/Backup.Sql/Backup.Sql.csproj"));
        var packages = PackageReference().Matches(project).Select(match => match.Groups[1].Value).Order();
        Assert.Equal(
            [
                "Antlr4.Runtime.Standard", "Microsoft.Extensions.DependencyInjection.Abstractions",
                "Microsoft.Extensions.Logging.Abstractions",
            ],
            packages);
    }

    // A using directive or a qualified name; "Storage.ListRequest" counts, "request.Storage.X" does not.
    [GeneratedRegex(@"(?:Backup\.Sql\.|(?<![\w.])(?=[A-Z]\w+\.[A-Z]))([A-Z][A-Za-z]+)\b")]
    private static partial Regex RoomReference();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceOf();

    [GeneratedRegex(@"<PackageReference Include=""([^""]+)""")]
    private static partial Regex PackageReference();
}
