using System.Security.Cryptography;

namespace Coffer.Fuzz;

/// <summary>The inputs of a target that are kept: together they reach all that was ever reached.</summary>
internal static class Corpus
{
    /// <summary>Runs spent on making one input shorter.</summary>
    private const int TrimsMax = 200;

    /// <summary>Where a target's inputs stand, below the folder of all.</summary>
    public static string[] FilesOf(string folder, string target)
    {
        var own = Path.Combine(folder, target);
        return Directory.Exists(own) ? [.. Directory.EnumerateFiles(own).Order(StringComparer.Ordinal)] : [];
    }

    /// <summary>The fewest and shortest inputs, as far as one pass from short to long finds them, that together take the same edges.</summary>
    /// <param name="edgesOf">Runs an input.</param>
    public static IReadOnlyList<byte[]> Minimize(IEnumerable<byte[]> inputs, Func<byte[], HashSet<int>> edgesOf)
    {
        var covered = new HashSet<int>();
        var kept = new List<byte[]>();
        foreach (var input in inputs.OrderBy(input => input.Length))
        {
            var added = edgesOf(input);
            added.ExceptWith(covered);
            if (added.Count > 0)
            {
                var shortest = Trim(input, trimmed => added.IsSubsetOf(edgesOf(trimmed)));
                covered.UnionWith(edgesOf(shortest));
                covered.UnionWith(added);
                kept.Add(shortest);
            }
        }

        return kept;
    }

    /// <summary>Puts these in the place of a target's stored inputs. A file's name is the hash of what is in it.</summary>
    public static void Write(string folder, string target, IReadOnlyList<byte[]> inputs)
    {
        var own = Path.Combine(folder, target);
        if (Directory.Exists(own))
        {
            Directory.Delete(own, recursive: true);
        }

        Directory.CreateDirectory(own);
        foreach (var input in inputs)
        {
            File.WriteAllBytes(Path.Combine(own, NameOf(input)), input);
        }
    }

    public static string NameOf(byte[] input) => Convert.ToHexStringLower(SHA256.HashData(input))[..12];

    private static byte[] Trim(byte[] input, Func<byte[], bool> isAsGood)
    {
        var tries = 0;
        for (var piece = input.Length / 2; piece > 0; piece /= 2)
        {
            for (var at = 0; at < input.Length && tries < TrimsMax; tries++)
            {
                byte[] shorter = [.. input.AsSpan(0, at), .. input.AsSpan(Math.Min(at + piece, input.Length))];
                if (isAsGood(shorter))
                {
                    input = shorter;
                }
                else
                {
                    at += piece;
                }
            }
        }

        return input;
    }
}
