namespace Coffer.Kernel.Transactions;

/// <summary>More requests want to change one entry than may wait for it. Nothing was done.</summary>
public sealed class ContendedException : Exception
{
    public ContendedException()
        : base($"{Limits.ContendersMax} requests wait already to change an entry that this one changes; try again later")
    {
    }

    public ContendedException(string message)
        : base(message)
    {
    }

    public ContendedException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
