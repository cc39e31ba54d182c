using System.Collections.Immutable;

namespace Coffer.Kernel.Requests;

/// <summary>Headers of a request that are looked up where they are wanted, and not copied for each request. Good only while the request runs.</summary>
public interface IRequestHeaders
{
    /// <param name="name">In any case.</param>
    /// <param name="values">Empty where there is no such header.</param>
    /// <returns>False where there is no such header, and for credentials.</returns>
    bool TryGet(string name, out ImmutableArray<string> values);
}
