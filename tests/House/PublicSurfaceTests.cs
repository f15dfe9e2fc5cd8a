using System.Reflection;
using System.Text;

namespace Backup.Sql.House;

/// <summary>
/// The public surface is a text file per shipped library, read in review. Run with BACKUPSQL_UPDATE=1 to write it anew.
/// </summary>
public sealed class PublicSurfaceTests
{
    public static TheoryData<string> Names => [.. Assemblies.Shipped.Select(assembly => assembly.GetName().Name!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_public_surface_is_the_reviewed_one(string name)
    {
        var path = Path.Combine(Sources.Root, "tests", "House", "PublicSurface", name + ".txt");
        var surface = Describe(Assemblies.Shipped.Single(assembly => assembly.GetName().Name == name));
        if (Environment.GetEnvironmentVariable("BACKUPSQL_UPDATE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, surface);
        }

        Assert.Equal(File.ReadAllText(path), surface);
    }

    [Fact]
    public void No_type_of_the_parser_runtime_is_public()
    {
        var leaks =
            from type in Assemblies.Shipped[0].GetExportedTypes()
            where (type.BaseType?.FullName ?? "").StartsWith("Antlr4", StringComparison.Ordinal)
                || type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static)
                    .Any(member => (member.ToString() ?? "").Contains("Antlr4.", StringComparison.Ordinal))
            select type.FullName;
        Assert.Empty(leaks);
    }

    private static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Kind(type)).Append(' ').Append(type.FullName).Append('\n');
            var members = type
                .GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Where(member => !IsPlumbing(type, member))
                .Select(member => "    " + member)
                .Order(StringComparer.Ordinal);
            foreach (var member in members)
                text.Append(member).Append('\n');
        }

        return text.ToString();
    }

    private static string Kind(Type type) => type switch
    {
        { IsInterface: true } => "interface",
        { IsEnum: true } => "enum",
        { IsValueType: true } => "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    // What the compiler makes for records, and accessors, which their properties stand for.
    private static bool IsPlumbing(Type type, MemberInfo member) =>
        member is Type
        || member is MethodInfo { IsSpecialName: true } method && !method.Name.StartsWith("op_", StringComparison.Ordinal)
        || type.GetMethod("<Clone>$") is not null
            && member.Name is "Equals" or "GetHashCode" or "ToString" or "<Clone>$" or "Deconstruct" or "op_Equality" or "op_Inequality";
}
