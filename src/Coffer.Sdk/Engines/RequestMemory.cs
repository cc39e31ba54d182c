namespace Coffer.Sdk.Engines;

/// <summary>
/// What a handler has worked out and need not work out again when it runs again after a conflict: results of costly functions, such as the hash of a
/// password, by what they were given. Lives as long as the request.
/// </summary>
public sealed class RequestMemory
{
    private Dictionary<string, object>? _known;

    /// <summary>As <see cref="Remember"/>, for a function that takes long and may find no room.</summary>
    /// <param name="key">Names the function and all that its result depends on.</param>
    /// <param name="work">Null, or a task that ends with null: there was no room, and nothing is remembered.</param>
    public async ValueTask<T?> RememberAsync<T>(string key, Func<Task<T>?> work)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(work);
        if (_known?.TryGetValue(key, out var known) == true)
        {
            return (T)known;
        }

        if (work() is not { } running)
        {
            return null;
        }

        var result = await running;
        return Remember(key, () => result);
    }

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
