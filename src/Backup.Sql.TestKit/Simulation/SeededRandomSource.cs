using System.Buffers.Binary;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.TestKit.Simulation;

/// <summary>
/// Chance that a seed repeats: the same seed and the same order of calls give the same bytes on every machine. May be
/// called concurrently, but then the order of calls is not repeatable.
/// </summary>
/// <remarks>SplitMix64, by Sebastiano Vigna: https://prng.di.unimi.it/splitmix64.c (public domain).</remarks>
public sealed class SeededRandomSource : IRandomSource
{
    private readonly Lock _lock = new();
    private ulong _state;

    /// <summary>Starts a sequence.</summary>
    /// <param name="seed">Which of them; print it when a test fails.</param>
    public SeededRandomSource(ulong seed)
    {
        Seed = seed;
        _state = seed;
    }

    /// <summary>The seed that the sequence started with.</summary>
    public ulong Seed { get; }

    /// <inheritdoc/>
    public void Fill(Span<byte> buffer)
    {
        lock (_lock)
        {
            Span<byte> word = stackalloc byte[sizeof(ulong)];
            while (!buffer.IsEmpty)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(word, NextWord());
                var count = Math.Min(word.Length, buffer.Length);
                word[..count].CopyTo(buffer);
                buffer = buffer[count..];
            }
        }
    }

    /// <summary>Chooses a number.</summary>
    /// <param name="exclusiveMaximum">The number is smaller than this; at least 1.</param>
    /// <returns>0 or more, each about equally often.</returns>
    public int Next(int exclusiveMaximum)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(exclusiveMaximum, 1);
        lock (_lock)
            return (int)(NextWord() % (uint)exclusiveMaximum);
    }

    private ulong NextWord()
    {
        _state += 0x9E3779B97F4A7C15;
        var word = _state;
        word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9;
        word = (word ^ (word >> 27)) * 0x94D049BB133111EB;
        return word ^ (word >> 31);
    }
}
