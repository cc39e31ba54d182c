namespace Coffer.Fuzz;

/// <summary>Something that reads bytes from outside.</summary>
/// <param name="Name">As in <c>-target</c>.</param>
/// <param name="Seeds">Inputs that it takes; the others are made from these.</param>
/// <param name="Words">What its language is made of, put in here and there.</param>
/// <param name="Run">
/// Reads one input. Refusing it in the declared way is fine; any other exception, and a promise that does not hold (<see cref="BrokenPromiseException"/>), is a find.
/// </param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<string> Seeds, IReadOnlyList<string> Words, Action<byte[]> Run);

/// <summary>The reader took an input and then did not keep to what it says of itself.</summary>
internal sealed class BrokenPromiseException(string message) : Exception(message)
{
    public static void Unless(bool holds, string promise)
    {
        if (!holds)
        {
            throw new BrokenPromiseException(promise);
        }
    }
}
