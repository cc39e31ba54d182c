using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Coffer.Sdk.Storage;

namespace Coffer.Secrets.Totp;

/// <summary>
/// The codes that were checked under one name. They are an entry of their own, so that a key which is deleted and written again does not make a used code fresh.
/// </summary>
internal sealed record UsedCodes
{
    /// <summary>Where they are kept.</summary>
    public const string Prefix = "used/";

    /// <summary>Wrong codes that are remembered; the oldest is forgotten first. Right ones are never forgotten early.</summary>
    public const int WrongMax = 100;

    public static UsedCodes None { get; } = new();

    /// <summary>In the order in which they were checked.</summary>
    [JsonPropertyName("codes")]
    public ImmutableArray<UsedCode> Codes { get; init; } = [];

    /// <summary>When all of them are forgotten, in seconds since 1970.</summary>
    [JsonIgnore]
    public long End => Codes.Select(code => code.Until).DefaultIfEmpty().Max();

    public static ValueTask<UsedCodes?> GetAsync(IStorageReader storage, string name, CancellationToken cancellation) =>
        storage.GetAsync(Prefix + name, TotpJson.Default.UsedCodes, cancellation);

    /// <summary>Those that are not forgotten at a moment.</summary>
    /// <param name="now">Seconds since 1970.</param>
    public UsedCodes At(long now) => new() { Codes = Codes.RemoveAll(code => code.Until <= now) };

    public bool Holds(string code, bool isRight) => Codes.Any(used => used.Code == code && used.IsRight == isRight);

    /// <summary>These and one more. A code that was wrong when it was tried first may be right now.</summary>
    public UsedCodes With(UsedCode code)
    {
        var codes = Codes.RemoveAll(used => used.Code == code.Code);
        if (!code.IsRight && codes.Count(used => !used.IsRight) >= WrongMax)
        {
            codes = codes.Remove(codes.First(used => !used.IsRight));
        }

        return new() { Codes = codes.Add(code) };
    }
}
