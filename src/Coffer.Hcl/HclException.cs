using System.Globalization;

namespace Coffer.Hcl;

/// <summary>A text that is not HCL: what was found, what was expected, and where.</summary>
public sealed class HclException : FormatException
{
    /// <summary>Makes the error; <see cref="Exception.Message"/> becomes <c>At LINE:COLUMN: reason</c>.</summary>
    public HclException(HclPosition position, string reason)
        : this(position, reason, reason)
    {
    }

    private HclException(HclPosition position, string reason, string anonymous)
        : base($"At {position.Line}:{position.Column}: {reason}")
    {
        Position = position;
        Reason = reason;
        AnonymousReason = anonymous;
    }

    /// <summary>Where it went wrong.</summary>
    public HclPosition Position { get; }

    /// <summary>What is wrong, without the position.</summary>
    public string Reason { get; }

    /// <summary>As <see cref="Reason"/>, without a word of the text: for texts that may hold secrets, since messages about them are logged.</summary>
    public string AnonymousReason { get; }

    /// <summary>As <see cref="Exception.Message"/>, without a word of the text.</summary>
    public string AnonymousMessage => $"At {Line}:{Column}: {AnonymousReason}";

    /// <summary>The line, from 1.</summary>
    public int Line => Position.Line;

    /// <summary>The column, from 1.</summary>
    public int Column => Position.Column;

    /// <summary>An error whose reason quotes the text: pieces of it are <see cref="Quoted"/>.</summary>
    internal static HclException Quoting(HclPosition position, FormattableString reason) => new(
        position,
        reason.ToString(CultureInfo.InvariantCulture),
        string.Format(CultureInfo.InvariantCulture, reason.Format, [.. reason.GetArguments().Select(argument => argument is Quoted quoted ? quoted.Instead : argument)]));
}
