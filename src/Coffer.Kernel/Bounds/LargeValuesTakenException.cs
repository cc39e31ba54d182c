namespace Coffer.Kernel.Bounds;

/// <summary>The memory for large values is taken by other requests. Nothing was done.</summary>
public sealed class LargeValuesTakenException : Exception
{
    public LargeValuesTakenException()
        : base("the entry is large, and other requests for large entries take up the memory for them; try again")
    {
    }

    public LargeValuesTakenException(string message)
        : base(message)
    {
    }

    public LargeValuesTakenException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
