using System.Globalization;

namespace Coffer.Kill.Tests.Load;

/// <summary>What clients were answered, all lives together. Safe for any thread.</summary>
internal sealed class LoadTally
{
    private int _credentials;
    private int _renewals;
    private int _revocations;
    private int _tokens;
    private int _writes;
    private int _uses;
    private int _unanswered;

    public int Credentials => _credentials;

    public int Renewals => _renewals;

    public int Revocations => _revocations;

    public int Writes => _writes;

    /// <summary>Answers of any kind.</summary>
    public int Answers => _credentials + _renewals + _revocations + _tokens + _writes;

    /// <summary>Requests that a kill cut off.</summary>
    public int Unanswered => _unanswered;

    public void Issued() => Interlocked.Increment(ref _credentials);

    public void Renewed() => Interlocked.Increment(ref _renewals);

    public void Revoked() => Interlocked.Increment(ref _revocations);

    public void TokenMade() => Interlocked.Increment(ref _tokens);

    public void Wrote() => Interlocked.Increment(ref _writes);

    public void Used() => Interlocked.Increment(ref _uses);

    public void CutOff() => Interlocked.Increment(ref _unanswered);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{_credentials} credentials, {_renewals} renewals, {_revocations} revocations, {_tokens} tokens and {_writes} writes answered, "
            + $"{_uses} uses of keys at AWS, {_unanswered} requests cut off");
}
