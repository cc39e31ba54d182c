using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Secrets.Totp;

/// <summary>The path <c>code/NAME</c>: a read makes a code, a write checks one.</summary>
internal static class CodePath
{
    private static readonly Field<string> Code = Field.Secret("code", "The code to check.");

    public static EnginePath Path { get; } = new("code/{name:at}", "Makes a code with a key, or checks one.")
    {
        Description = "A code that was valid is refused from then on, on every node and after a restart. White space at its ends does not count. "
            + "A wrong code is answered with valid false, and refused when it is tried again.",
        Fields = [Code],
        Read = ReadAsync,
        Write = CheckAsync,
    };

    private static async ValueTask<Reply> ReadAsync(EngineRequest request, CancellationToken cancellation) =>
        await TotpKey.GetAsync(request.Storage, request.Param("name"), cancellation) is { } key
            ? Reply.With(json => json.WriteString("code", key.CodeAt(request.Now.ToUnixTimeSeconds())))
            : Unknown(request);

    private static async ValueTask<Reply> CheckAsync(EngineRequest request, CancellationToken cancellation)
    {
        // One spelling from here on: what is compared is what is remembered.
        var code = request.Get(Code).Trim();
        if (code.Length == 0)
        {
            return Reply.Invalid("the code value is required");
        }

        var name = request.Param("name");
        if (await TotpKey.GetAsync(request.Storage, name, cancellation) is not { } key)
        {
            return Unknown(request);
        }

        if (code.Length != key.Digits || !code.All(char.IsAsciiDigit))
        {
            // No code of this key at any time, so there is nothing to remember.
            return Answer(valid: false);
        }

        var now = request.Now.ToUnixTimeSeconds();
        var used = (await UsedCodes.GetAsync(request.Storage, name, cancellation) ?? UsedCodes.None).At(now);
        var end = key.EndOf(code, now);
        if (used.Holds(code, isRight: true) || (end is null && used.Holds(code, isRight: false)))
        {
            return Reply.Invalid("code already used; wait until the next time period");
        }

        // In the same commit as the answer: of two requests with one code, the second reads what the first has written.
        var until = end ?? now + (key.Period * (1 + (2 * TotpKey.SkewMax)));
        request.Storage.Put(UsedCodes.Prefix + name, used.With(new UsedCode(code, until, end is not null)), TotpJson.Default.UsedCodes);
        return Answer(end is not null);
    }

    private static Reply Answer(bool valid) => Reply.With(json => json.WriteBoolean("valid", valid));

    private static Reply Unknown(EngineRequest request) => Reply.Invalid($"unknown key: {request.Param("name")}");
}
