namespace Backup.Sql.Scenarios.Simulation.Corruption;

/// <summary>What happens to stored objects: new bytes for some, none for what is deleted.</summary>
/// <param name="Text">The damage in words.</param>
/// <param name="Changes">The objects with their new bytes; null for one that is gone.</param>
/// <param name="IsBeyond">True where all that was written is there: a restore may read no further.</param>
internal sealed record Damage(
    string Text, IReadOnlyDictionary<StoredObject, byte[]?> Changes, bool IsBeyond = false)
{
    private const int RandomFlips = 4;
    private const int Chunk = 64 << 10;

    /// <summary>Every damage that an object is to suffer.</summary>
    /// <param name="target">The object.</param>
    /// <param name="all">The bytes of all objects, of its own chain and of others.</param>
    /// <param name="random">Draws bits and places.</param>
    public static IEnumerable<Damage> Of(
        StoredObject target, IReadOnlyDictionary<StoredObject, byte[]> all, Random random)
    {
        var bytes = all[target];
        var places = new[] { 0, bytes.Length / 2, bytes.Length - 1 }
            .Concat(Enumerable.Range(0, RandomFlips).Select(_ => random.Next(bytes.Length)));
        foreach (var place in places.Distinct().ToList())
        {
            var bit = random.Next(8);
            yield return On(target, $"bit {bit} of byte {place} flipped", Flip(bytes, place, bit));
        }

        // Eight bytes are what stands for a manifest that never comes to be; 48 a data file's head.
        foreach (var length in new[] { 0, 8, 48, bytes.Length / 2, bytes.Length - 1, Chunk, Chunk + 48 }.Distinct())
        {
            if (length < bytes.Length)
                yield return On(target, $"cut off after {length} bytes", bytes[..length]);
        }

        yield return On(target, "a byte more", [.. bytes, 0]) with { IsBeyond = true };
        yield return On(target, "all bytes zero", new byte[bytes.Length]);
        yield return On(target, "deleted", null);
        foreach (var (where, other) in Others(target, all.Keys, random))
        {
            if (all[other].AsSpan().SequenceEqual(bytes))
                continue;
            yield return On(target, $"replaced by {other.Name} of {where}", all[other]);
            if (other.Chain == target.Chain)
            {
                yield return new Damage($"swapped with {other.Name} of {where}", new Dictionary<StoredObject, byte[]?>
                {
                    [target] = all[other],
                    [other] = bytes,
                });
            }
        }
    }

    private static IEnumerable<(string Where, StoredObject Other)> Others(
        StoredObject target, IEnumerable<StoredObject> all, Random random)
    {
        var same = all.Where(other => other != target && other.Kind == target.Kind).ToList();
        var choices = new (string Where, List<StoredObject> Among)[]
        {
            ("the same layer", same.FindAll(other => other.Chain == target.Chain && other.Layer == target.Layer)),
            ("an older layer", same.FindAll(other => other.Chain == target.Chain && other.Layer < target.Layer)),
            ("a newer layer", same.FindAll(other => other.Chain == target.Chain && other.Layer > target.Layer)),
            ("another chain", same.FindAll(other => other.Chain != target.Chain)),
        };
        foreach (var (where, among) in choices)
        {
            if (among.Count > 0)
                yield return (where, among[random.Next(among.Count)]);
        }
    }

    private static Damage On(StoredObject target, string text, byte[]? bytes) =>
        new(text, new Dictionary<StoredObject, byte[]?> { [target] = bytes });

    private static byte[] Flip(byte[] bytes, int place, int bit)
    {
        var flipped = bytes.ToArray();
        flipped[place] ^= (byte)(1 << bit);
        return flipped;
    }
}
