namespace Coffer.Kernel.Tests.Model;

/// <summary>What may happen to a server, one kind each.</summary>
internal enum StepKind
{
    CreateToken,
    CreateWithRole,
    WriteRole,
    DeleteRole,
    LookupSelf,
    RenewSelf,
    RevokeSelf,
    RevokeToken,
    RevokeOrphaning,
    Issue,
    RenewLease,
    RevokeLease,
    RevokePrefix,
    PutItem,
    ReadItem,
    DeleteItem,
    WritePolicy,
    ReadPolicy,
    DeletePolicy,
    Enable,
    Disable,
    Move,
    Tune,
    Pass,
    Restart,
}

/// <summary>One step of a sequence. Its numbers are taken modulo what there is when it runs, so a sequence stays valid when steps are taken out.</summary>
/// <param name="Who">Who asks, or what it is about.</param>
/// <param name="What">The other party: a mount, a lease, a policy, a time.</param>
/// <param name="Dice">Decides the body.</param>
internal sealed record Step(StepKind Kind, int Who, int What, int Dice)
{
    // Often enough of each that the rarer ones meet something to work on.
    private static readonly (StepKind Kind, int Weight)[] Weights =
    [
        (StepKind.CreateToken, 14), (StepKind.CreateWithRole, 5), (StepKind.WriteRole, 3), (StepKind.DeleteRole, 1), (StepKind.LookupSelf, 5),
        (StepKind.RenewSelf, 6), (StepKind.RevokeSelf, 2), (StepKind.RevokeToken, 3), (StepKind.RevokeOrphaning, 2), (StepKind.Issue, 14),
        (StepKind.RenewLease, 6), (StepKind.RevokeLease, 4), (StepKind.RevokePrefix, 2), (StepKind.PutItem, 5), (StepKind.ReadItem, 5),
        (StepKind.DeleteItem, 2), (StepKind.WritePolicy, 7), (StepKind.ReadPolicy, 2), (StepKind.DeletePolicy, 2), (StepKind.Enable, 4),
        (StepKind.Disable, 2), (StepKind.Move, 4), (StepKind.Tune, 3), (StepKind.Pass, 10), (StepKind.Restart, 1),
    ];

    /// <summary>Random steps; the seed decides all of them.</summary>
    public static IReadOnlyList<Step> Sequence(int seed, int length)
    {
        var random = new Random(seed);
        // Without mounts and tokens nearly everything would be refused at first.
        StepKind[] start = [StepKind.Enable, StepKind.Enable, StepKind.WritePolicy, StepKind.WritePolicy, StepKind.CreateToken, StepKind.CreateToken];
        var all = Weights.SelectMany(weight => Enumerable.Repeat(weight.Kind, weight.Weight)).ToArray();
        return [.. Enumerable.Range(0, length).Select(index => new Step(index < start.Length ? start[index] : all[random.Next(all.Length)], random.Next(1 << 20), random.Next(1 << 20), random.Next(1 << 20)))];
    }
}
