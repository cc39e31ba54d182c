using System.Collections.Immutable;

namespace Coffer.AwsSandbox.Journal;

/// <summary>The latest calls, oldest first. Safe for any thread.</summary>
public sealed class SandboxJournal
{
    private const int ValueMax = 2048;

    /// <summary>Never recorded: readers of the journal need not be trusted with them.</summary>
    private static readonly ImmutableHashSet<string> Secrets =
    [
        "Password", "OldPassword", "NewPassword", "TokenCode", "AuthenticationCode1", "AuthenticationCode2", "SAMLAssertion",
        "WebIdentityToken", "PrivateKey", "X-Amz-Security-Token",
    ];

    private readonly Lock _gate = new();
    private readonly Queue<SandboxCall> _calls = new();
    private readonly int _most;
    private long _sequence;

    internal SandboxJournal(int most) => _most = most;

    /// <summary>Calls since the start or the last reset, those no longer kept included.</summary>
    public long Count
    {
        get
        {
            lock (_gate)
            {
                return _sequence;
            }
        }
    }

    /// <summary>A copy of the calls after a sequence number, at most <paramref name="most"/> of them.</summary>
    public ImmutableArray<SandboxCall> Read(long after = 0, int most = int.MaxValue)
    {
        lock (_gate)
        {
            return [.. _calls.Where(call => call.Sequence > after).Take(most)];
        }
    }

    internal void Add(SandboxCall call)
    {
        lock (_gate)
        {
            _calls.Enqueue(call with { Sequence = ++_sequence });
            if (_calls.Count > _most)
            {
                _calls.Dequeue();
            }
        }
    }

    internal void Clear()
    {
        lock (_gate)
        {
            _calls.Clear();
            _sequence = 0;
        }
    }

    internal static ImmutableSortedDictionary<string, string> Visible(IReadOnlyDictionary<string, string> parameters)
    {
        var kept = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in parameters)
        {
            if (name is not ("Action" or "Version") && !Secrets.Contains(name))
            {
                kept[name] = value.Length <= ValueMax ? value : value[..ValueMax];
            }
        }

        return kept.ToImmutable();
    }
}
