
namespace Coffer.Policies;

/// <summary>Why a text is not a policy.</summary>
/// <param name="Message">The text for the client, with a 400: it begins with <c>failed to parse policy: </c>.</param>
/// <param name="Line">The line it is about, from 1.</param>
/// <param name="Column">The column, from 1.</param>
public sealed record PolicyError(string Message, int Line, int Column);

/// <summary>A text that is not a policy, for callers who hold their texts to be valid.</summary>
public sealed class PolicyFormatException(PolicyError error) : FormatException(error.Message)
{
    /// <summary>The message with its place.</summary>
    public PolicyError Error { get; } = error;
}
