using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Coffer.Fuzz;

/// <summary>Which edges of the instrumented code an input went over, and which any input has gone over so far.</summary>
internal sealed unsafe class Coverage
{
    /// <summary>What the instrumented code counts in: one byte an edge, by the hash of where it leads from and to.</summary>
    private const int MapBytes = 1 << 16;

    private readonly byte* _map = (byte*)NativeMemory.AllocZeroed(MapBytes);
    private readonly byte[] _seen = new byte[MapBytes];

    /// <summary>Never freed: the instrumented code writes to it as long as the process lives.</summary>
    public Coverage() => Trace.SharedMem = _map;

    /// <summary>Edges that any input has gone over.</summary>
    public int Edges => _seen.Count(bits => bits != 0);

    private Span<byte> Map => new(_map, MapBytes);

    /// <summary>Starts counting for an input.</summary>
    public void Begin()
    {
        Map.Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>True when the input took an edge that none took before, or took one a new order of magnitude of times.</summary>
    public bool IsNew()
    {
        var words = MemoryMarshal.Cast<byte, ulong>(Map);
        for (var word = 0; word < words.Length; word++)
        {
            if (words[word] == 0)
            {
                continue;
            }

            for (var at = word * sizeof(ulong); at < (word + 1) * sizeof(ulong); at++)
            {
                if ((Bucket(_map[at]) & ~_seen[at]) != 0)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Counts what the input took among what was taken.</summary>
    public void Remember()
    {
        for (var at = 0; at < MapBytes; at++)
        {
            _seen[at] |= Bucket(_map[at]);
        }
    }

    /// <summary>The edges that the input took.</summary>
    public HashSet<int> Taken()
    {
        var taken = new HashSet<int>();
        for (var at = 0; at < MapBytes; at++)
        {
            if (_map[at] != 0)
            {
                taken.Add(at);
            }
        }

        return taken;
    }

    /// <summary>One bit for each order of magnitude: that a loop ran 40 times instead of 41 is nothing new.</summary>
    private static byte Bucket(byte count) => count switch
    {
        0 => 0,
        1 => 1,
        2 => 2,
        3 => 4,
        < 8 => 8,
        < 16 => 16,
        < 32 => 32,
        < 128 => 64,
        _ => 128,
    };
}
