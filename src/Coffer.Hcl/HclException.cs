namespace Coffer.Hcl;

/// <summary>A text that is not HCL: what was found, what was expected, and where.</summary>
public sealed class HclException : FormatException
{
    /// <summary>Makes the error; <see cref="Exception.Message"/> becomes <c>At LINE:COLUMN: reason</c>.</summary>
    public HclException(HclPosition position, string reason)
        : base($"At {position.Line}:{position.Column}: {reason}")
    {
        Position = position;
        Reason = reason;
    }

    /// <summary>Where it went wrong.</summary>
    public HclPosition Position { get; }

    /// <summary>What is wrong, without the position.</summary>
    public string Reason { get; }

    /// <summary>The line, from 1.</summary>
    public int Line => Position.Line;

    /// <summary>The column, from 1.</summary>
    public int Column => Position.Column;
}
