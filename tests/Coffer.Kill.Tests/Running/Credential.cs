using Coffer.AwsSandbox.Visits;

namespace Coffer.Kill.Tests.Running;

/// <summary>A key that a server has answered with.</summary>
internal sealed class Credential(ApiAnswer answer, DateTimeOffset asked)
{
    /// <summary>For the message of a failure.</summary>
    private string _story = $"asked for at {asked:HH:mm:ss.fff}";

    public string LeaseId { get; } = (string?)answer.Ok().Body?["lease_id"] ?? throw new InvalidDataException($"no lease: {answer.Text}");

    public string KeyId { get; } = (string?)answer.Data["access_key"] ?? "";

    public string Secret { get; } = (string?)answer.Data["secret_key"] ?? "";

    /// <summary>The end that was promised, counted from before the question: the true one is no earlier.</summary>
    public DateTimeOffset WorksUntil { get; private set; } = asked + TimeSpan.FromSeconds((int?)answer.Body?["lease_duration"] ?? 0);

    /// <summary>Its removal was asked for, answered or not: it may be gone.</summary>
    public bool MayBeGone { get; set; }

    public void Renewed(ApiAnswer renewal, DateTimeOffset asked)
    {
        _story += $", renewed at {asked:HH:mm:ss.fff} in an old life until {WorksUntil:HH:mm:ss.fff}";
        WorksUntil = asked + TimeSpan.FromSeconds((int?)renewal.Ok().Body?["lease_duration"] ?? 0);
    }

    /// <summary>Uses the key at AWS.</summary>
    /// <returns>True when it worked; false when it need not.</returns>
    /// <exception cref="InvalidOperationException">It does not work, and should.</exception>
    public async Task<bool> UseAsync(AwsProbe visitor, CancellationToken cancellation)
    {
        if (MayBeGone || WorksUntil < DateTimeOffset.UtcNow)
        {
            return false;
        }

        var answer = await visitor.S3Async(HttpMethod.Get, $"{Stage.Bucket}?list-type=2", "", KeyId, Secret, cancellation);
        var now = DateTimeOffset.UtcNow;
        return answer.Allowed || (now < WorksUntil
            ? throw new InvalidOperationException(
                $"the key of {LeaseId} is refused by AWS with {answer.Code} at {now:HH:mm:ss.fff}, before its end at {WorksUntil:HH:mm:ss.fff}: {_story}")
            : false);
    }
}
