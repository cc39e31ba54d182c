using System.Collections.Immutable;
using Coffer.Hcl;

namespace Coffer.Server.Configuration;

/// <summary>What the configuration says in so many words, defaults left out: for showing, not for running by.</summary>
public sealed record GivenConfiguration
{
    // Before anything that is made of it.
    private static readonly ImmutableSortedDictionary<string, HclValue> Empty = ImmutableSortedDictionary.Create<string, HclValue>(StringComparer.Ordinal);

    public static GivenConfiguration None { get; } = new();

    /// <summary>Text, numbers and booleans at the top level, by their keys; the last of several.</summary>
    public ImmutableSortedDictionary<string, HclValue> Settings { get; init; } = Empty;

    /// <summary>The same of the <c>telemetry</c> block; null without one.</summary>
    public ImmutableSortedDictionary<string, HclValue>? Telemetry { get; init; }

    /// <summary>The same of each listener, in the order of <see cref="ServerOptions.Listeners"/>; empty where none come from a configuration.</summary>
    public ImmutableArray<ImmutableSortedDictionary<string, HclValue>> Listeners { get; init; } = [];

    /// <summary>The settings of a block that are no blocks or lists themselves.</summary>
    public static ImmutableSortedDictionary<string, HclValue> ScalarsOf(HclObject block) => Empty.SetItems(
        block.Items.Where(item => item.Value is HclString or HclInteger or HclFloat or HclBoolean).Select(item => KeyValuePair.Create(item.Key.Text, item.Value)));
}
