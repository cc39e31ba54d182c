using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Kernel.Mounts;
using Coffer.Sdk.Fields;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>The object <c>user_lockout_config</c> of a mount's settings.</summary>
internal static class LockoutFields
{
    private static readonly Field<long> Threshold = Field.Integer("lockout_threshold", "Failed logins in a row after which a user is locked out.");
    private static readonly Field<TimeSpan> Duration = Field.Duration("lockout_duration", "How long a lockout lasts.");
    private static readonly Field<TimeSpan> CounterReset = Field.Duration("lockout_counter_reset_duration", "After how long without a failure the count starts again.");
    private static readonly Field<bool> Disabled = Field.Boolean("lockout_disable", "Lock nobody out.");

    public static readonly ImmutableArray<Field> All = [Threshold, Duration, CounterReset, Disabled];

    /// <summary>The settings after a change; only what was sent changes.</summary>
    public static LockoutChanges Apply(JsonElement config, LockoutChanges? before, out string? problem)
    {
        var sent = FieldValues.Parse(All, config, [], out problem);
        var after = before ?? new LockoutChanges();
        after = after with
        {
            Threshold = sent.Has(Threshold) ? sent.Get(Threshold) : after.Threshold,
            Duration = sent.Has(Duration) ? sent.Get(Duration) : after.Duration,
            CounterReset = sent.Has(CounterReset) ? sent.Get(CounterReset) : after.CounterReset,
            Disabled = sent.Has(Disabled) ? sent.Get(Disabled) : after.Disabled,
        };
        problem ??= ProblemOf(after);
        return after;
    }

    /// <summary>Writes what is set, as members of the object that is open.</summary>
    public static void Write(Utf8JsonWriter json, LockoutChanges changes)
    {
        if (changes.Threshold is { } threshold)
        {
            json.WriteNumber("user_lockout_threshold", threshold);
        }

        if (changes.Duration is { } duration)
        {
            json.WriteNumber("user_lockout_duration", (long)duration.TotalSeconds);
        }

        if (changes.CounterReset is { } reset)
        {
            json.WriteNumber("user_lockout_counter_reset_duration", (long)reset.TotalSeconds);
        }

        if (changes.Disabled is { } disabled)
        {
            json.WriteBoolean("user_lockout_disable", disabled);
        }
    }

    private static string? ProblemOf(LockoutChanges changes) => changes switch
    {
        { Threshold: < 1 } => "lockout_threshold must be at least 1; to lock nobody out, set lockout_disable",
        { Duration: { } duration } when duration <= TimeSpan.Zero => "lockout_duration must be longer than 0; to lock nobody out, set lockout_disable",
        { CounterReset: { } reset } when reset <= TimeSpan.Zero => "lockout_counter_reset_duration must be longer than 0",
        _ => null,
    };
}
