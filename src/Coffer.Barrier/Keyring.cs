using Coffer.Sdk.Primitives;

namespace Coffer.Barrier;

/// <summary>
/// The keys that entries are sealed with: terms from 1, of which the newest is active. Immutable but for the counts, so that anyone who holds
/// a ring never sees it half rotated. Rotating gives another ring; each is disposed by its owner, and a key is zeroed with the last ring that has it.
/// </summary>
public sealed class Keyring : IDisposable
{
    private readonly TermTable _table;
    private int _disposed;

    /// <param name="terms">At least one, in ascending order of number; the ring takes its share in each.</param>
    internal Keyring(IEnumerable<KeyringTerm> terms)
    {
        _table = new TermTable([.. terms]);
        var shared = 0;
        try
        {
            for (; shared < _table.Terms.Length; shared++)
            {
                _table.Terms[shared].Share();
            }
        }
        catch
        {
            while (--shared >= 0)
            {
                _table.Terms[shared].Dispose();
            }

            throw;
        }
    }

    /// <summary>A ring with the first term.</summary>
    public static Keyring Create(IRandom random, TimeProvider clock) => new([NewTerm(1, random, clock)]);

    /// <summary>The number of the term that new entries are sealed with.</summary>
    public uint ActiveTerm => Table.Active.Number;

    /// <summary>When the active term was installed.</summary>
    public DateTimeOffset ActiveSince => Table.Active.Installed;

    /// <summary>
    /// Encryptions under the active term: those stored, by whatever node, and this process's own since. After a crash, less what was not stored.
    /// </summary>
    public long ActiveEncryptions => Table.Active.Encryptions;

    /// <summary>How many terms there are.</summary>
    public int TermCount => Table.Terms.Length;

    /// <summary>A ring with one more term, which is the active one there. This ring stays as it is, and keeps its own life.</summary>
    /// <exception cref="InvalidOperationException">There are <see cref="Limits.TermsMax"/> terms already.</exception>
    public Keyring Rotate(IRandom random, TimeProvider clock)
    {
        var table = Table;
        if (table.Terms.Length >= Limits.TermsMax)
        {
            throw new InvalidOperationException($"the keyring has {Limits.TermsMax} terms already; no more can be added");
        }

        return new Keyring(table.Terms.Add(NewTerm(checked(table.Active.Number + 1), random, clock)));
    }

    /// <summary>Another ring of the same terms, with a life of its own.</summary>
    public Keyring Share() => new(Table.Terms);

    /// <summary>Whether the active term has been used as often, or for as long, as the limits allow.</summary>
    /// <remarks>A clock that is before the term's installation makes it young, never due.</remarks>
    public bool NeedsRotation(RotationLimits limits, TimeProvider clock) =>
        ActiveEncryptions >= limits.OperationsMax
        || (limits.Interval is { } interval && clock.GetUtcNow() - ActiveSince >= interval);

    /// <summary>Lets go of every key; those that no other ring has are zeroed.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            foreach (var term in _table.Terms)
            {
                term.Dispose();
            }
        }
    }

    internal TermTable Table
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
            return _table;
        }
    }

    /// <summary>
    /// The newer ring's terms, but this ring's own objects where it has them, so that threads that are sealing with them are not disturbed and
    /// counts go on.
    /// </summary>
    /// <exception cref="BarrierException"><see cref="BarrierProblem.Conflict"/>: the other ring lacks a term, or has another key for one.</exception>
    internal Keyring Merge(Keyring newer)
    {
        var own = Table;
        foreach (var term in own.Terms)
        {
            var other = newer.Table.Find(term.Number);
            if (other is null || !term.HasKeyOf(other))
            {
                throw new BarrierException(
                    BarrierProblem.Conflict, $"the keyring to adopt does not continue the one in use: term {term.Number} is missing or has another key");
            }
        }

        foreach (var other in newer.Table.Terms)
        {
            var term = own.Find(other.Number);
            if (term is not null && !ReferenceEquals(term, other))
            {
                term.NoteOthers(other.Encryptions);
            }
        }

        return new Keyring(newer.Table.Terms.Select(term => own.Find(term.Number) ?? term));
    }

    private static KeyringTerm NewTerm(uint number, IRandom random, TimeProvider clock) =>
        new(number, SecretBytes.Random(Limits.KeyBytes, random), Milliseconds(clock.GetUtcNow()), encryptions: 0);

    /// <summary>Cut to what the stored format holds, so that a ring is the same after it was stored.</summary>
    private static DateTimeOffset Milliseconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}
