using System.Security.Cryptography;

namespace Coffer.Aws.Calls;

/// <summary>How long a call may take and how often it is repeated.</summary>
public sealed record AwsCallOptions
{
    /// <summary>Repetitions after the first attempt, 0 to 20. Default 3.</summary>
    public int MaxRetries { get; init; } = 3;

    /// <summary>How long one attempt may take, answer included. Default 15 seconds.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long a call may take with all repetitions and pauses; none begins that could not end within it. At least <see cref="AttemptTimeout"/>. Default 45
    /// seconds.
    /// </summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>Called when an attempt was sent and its outcome stays unknown: AWS may still carry it out. Not called where no connection was made.</summary>
    public Action OnUnanswered { get; init; } = static () => { };

    /// <summary>Takes the endpoint's host and the date of each answer that has one.</summary>
    public Action<string, DateTimeOffset> OnServerTime { get; init; } = static (_, _) => { };

    /// <summary>The longest first pause; it doubles with each attempt. Default 100 milliseconds, five times that when throttled.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>No pause is longer. Default 20 seconds.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Which part of the longest pause is waited, 0 to 1: spreads many callers out. Not for secrets.</summary>
    public Func<double> Jitter { get; init; } = static () => RandomNumberGenerator.GetInt32(1 << 20) / (double)(1 << 20);

    /// <summary>Everything wrong with these values. Empty when all is well.</summary>
    public IEnumerable<string> Problems()
    {
        if (MaxRetries is < 0 or > 20)
        {
            yield return $"max_retries must be from 0 to 20, not {MaxRetries}";
        }

        if (AttemptTimeout <= TimeSpan.Zero || FirstDelay < TimeSpan.Zero || MaxDelay < FirstDelay)
        {
            yield return "timeout and delays must be positive, and the first delay no longer than the longest";
        }

        if (CallTimeout < AttemptTimeout)
        {
            yield return "a call must be given at least the time of one attempt";
        }
    }

    /// <summary>The pause before attempt number <paramref name="attempt"/> (1 is the first repetition).</summary>
    internal TimeSpan DelayBefore(int attempt, bool throttled)
    {
        var first = FirstDelay.TotalMilliseconds * (throttled ? 5 : 1);
        var longest = Math.Min(MaxDelay.TotalMilliseconds, first * Math.Pow(2, attempt - 1));
        return TimeSpan.FromMilliseconds(longest * Math.Clamp(Jitter(), 0, 1));
    }
}
