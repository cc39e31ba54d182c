namespace Coffer.Sdk.Engines;

/// <summary>
/// What a handler has worked out and need not work out again when it runs again after a conflict: results of costly functions, such as the hash of a
/// password, by what they were given. Lives as long as the request.
/// </summary>
public sealed class RequestMemory
{
    private Dictionary<string, object>? _known;

    /// <summary>The remembered result, or that of the function, which is remembered.</summary>
    /// <param name="key">Names the function and all that its result depends on.</param>
    /// <param name="work">Without effects, and not dependent on when it runs.</param>
    public T Remember<T>(string key, Func<T> work)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(work);
        _known ??= new Dictionary<string, object>(StringComparer.Ordinal);
        if (_known.TryGetValue(key, out var known))
        {
            return (T)known;
        }

        var result = work();
        _known[key] = result;
        return result;
    }
}
