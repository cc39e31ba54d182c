using System.Text;

namespace Coffer.Fuzz;

/// <summary>Makes inputs from others: bits turned, pieces taken out, doubled and moved, words put in. The seed decides everything.</summary>
internal sealed class Mutator(int seed, IReadOnlyList<string> words)
{
    private const int BytesMax = 4096;
    private const int StepsMax = 8;

    private readonly Random _random = new(seed);
    private readonly byte[][] _words = [.. words.Select(Encoding.UTF8.GetBytes)];

    public byte[] Next(IReadOnlyList<byte[]> pool)
    {
        // What came last is least worked out.
        var from = _random.Next(2) == 0 ? pool.Count - 1 - (int)(pool.Count * Math.Pow(_random.NextDouble(), 3)) : _random.Next(pool.Count);
        var input = new List<byte>(pool[Math.Max(0, from)]);
        for (var steps = _random.Next(StepsMax) + 1; steps > 0; steps--)
        {
            Step(input, pool);
        }

        return input.Count <= BytesMax ? [.. input] : [.. input.Take(BytesMax)];
    }

    private void Step(List<byte> input, IReadOnlyList<byte[]> pool)
    {
        var at = _random.Next(input.Count + 1);
        var length = Math.Min(input.Count - at, _random.Next(16));
        switch (_random.Next(7))
        {
            case 0 when at < input.Count:
                input[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when at < input.Count:
                input[at] = (byte)_random.Next(256);
                break;
            case 2:
                input.RemoveRange(at, length);
                break;
            case 3:
                input.InsertRange(at, Enumerable.Repeat(input.GetRange(at, length), _random.Next(1, 40)).SelectMany(piece => piece).Take(BytesMax));
                break;
            case 4 when _words.Length > 0:
                input.InsertRange(at, _words[_random.Next(_words.Length)]);
                break;
            case 5:
                input.InsertRange(at, pool[_random.Next(pool.Count)].Take(BytesMax));
                break;
            default:
                input.Insert(at, (byte)_random.Next(256));
                break;
        }
    }
}
