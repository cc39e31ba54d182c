using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Coffer.Testing.Engines;

/// <summary>The decoded entries that the kernel gave to the engine and gives to others as well, so that nobody may change them.</summary>
internal sealed class SharedInstances
{
    private readonly ConcurrentDictionary<string, (object Value, byte[] Then, Func<byte[]> Now)> _seen = new(StringComparer.Ordinal);

    public void Note<T>(string key, T value, JsonTypeInfo<T> type)
        where T : class
    {
        if (!_seen.TryGetValue(key, out var known) || !ReferenceEquals(known.Value, value))
        {
            _seen[key] = (value, JsonSerializer.SerializeToUtf8Bytes(value, type), () => JsonSerializer.SerializeToUtf8Bytes(value, type));
        }
    }

    /// <exception cref="InvalidOperationException">The engine changed one.</exception>
    public void CheckUnchanged()
    {
        foreach (var (key, seen) in _seen)
        {
            if (!seen.Now().AsSpan().SequenceEqual(seen.Then))
            {
                throw new InvalidOperationException($"the engine changed the shared instance of \"{key}\"");
            }
        }
    }
}
