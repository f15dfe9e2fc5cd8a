using System.Text.Json.Nodes;

namespace Backup.Sql.Scenarios.Hostile;

/// <summary>Changes JSON as somebody would who knows its shape and means harm.</summary>
internal sealed class JsonMutator(Random random, IReadOnlyList<string> known)
{
    private static readonly string[] Paths =
    [
        "", ".", "..", "/", "../..", "../outer/prey", "/etc/passwd", "data/../../../outer/prey", "data/", "a//b", "a\\..\\b",
        "BACKUP_MANIFEST", "metadata/latest", "metadata/next/x", ".~x", "x\0y", "\n", "%2e%2e/%2e%2e", "file:///etc/passwd",
    ];

    private static readonly string[] Numbers =
    [
        "-1", "0", "1", "127", "255", "65536", "2147483647", "2147483648", "-2147483648", "4294967295", "1099511627776",
        "9223372036854775807", "-9223372036854775808", "9223372036854775808", "1e3", "1.5", "1e400",
    ];

    private static readonly string[] Times =
    [
        "0.0000000000", "-1.0000000000", "9223372036854775807.2147483647", "-9223372036854775808.0000000000",
        "9999-12-31T23:59:59.9999999Z", "0001-01-01T00:00:00Z", "99999999999999999999.0", "1.99999999999",
    ];

    private static readonly string[] Statements =
    [
        "DELETE FROM till", "DROP TABLE till", "CREATE TABLE x(a); DROP TABLE till", "ATTACH DATABASE 'x' AS y", "CREATE",
        "CREATE TABLE", "CREATE TABLE sqlite_x(a)", "CREATE INDEX", "CREATE TABLE main.till(a)", "PRAGMA writable_schema=ON", "'",
    ];

    /// <summary>Makes a change somewhere.</summary>
    public JsonNode Mutate(JsonNode root)
    {
        var nodes = new List<JsonNode>();
        Collect(root, nodes);
        var at = nodes[random.Next(nodes.Count)];
        if (at.Parent is null || random.Next(5) == 0)
            ChangeShape(at);
        else
            at.ReplaceWith(Value(nodes));
        return root;
    }

    private static void Collect(JsonNode node, List<JsonNode> nodes)
    {
        nodes.Add(node);
        foreach (var child in node switch
        {
            JsonObject members => members.Select(member => member.Value),
            JsonArray list => list,
            _ => [],
        })
        {
            if (child is not null)
                Collect(child, nodes);
        }
    }

    private void ChangeShape(JsonNode node)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } members:
                members.Remove(members.ElementAt(random.Next(members.Count)).Key);
                break;
            case JsonArray { Count: > 0 } list:
                var element = list[random.Next(list.Count)];
                if (random.Next(3) == 0)
                {
                    list.Remove(element);
                    break;
                }

                for (var copies = random.Next(10) == 0 ? 2000 : 1; copies > 0; copies--)
                    list.Add(element?.DeepClone());
                break;
            case JsonArray list:
                list.Add(random.Next(2) == 0 ? null : JsonNode.Parse(Numbers[random.Next(Numbers.Length - 1)]));
                break;
            default:
                node.ReplaceWith<string?>(null);
                break;
        }
    }

    private JsonNode? Value(List<JsonNode> nodes) => random.Next(10) switch
    {
        0 => null,
        1 or 2 => JsonValue.Create(Paths[random.Next(Paths.Length)]),
        3 => JsonNode.Parse(Numbers[random.Next(Numbers.Length)]),
        4 => JsonValue.Create(Times[random.Next(Times.Length)]),
        5 => JsonValue.Create(known[random.Next(known.Count)]),
        6 => JsonValue.Create(Statements[random.Next(Statements.Length)]),
        7 => random.Next(4) switch
        {
            0 => JsonValue.Create(new string('x', 70_000)),
            1 => Nested(random.Next(2) == 0 ? 30 : 100),
            2 => new JsonObject(),
            _ => new JsonArray(),
        },
        8 => JsonValue.Create(random.Next(2) == 0),
        _ => nodes[random.Next(nodes.Count)].DeepClone(),
    };

    private static JsonArray Nested(int depth) => depth == 0 ? [] : [Nested(depth - 1)];
}
