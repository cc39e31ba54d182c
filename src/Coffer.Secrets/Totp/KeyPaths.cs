using System.Globalization;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;
using Coffer.Secrets.Totp.Qr;

namespace Coffer.Secrets.Totp;

/// <summary>The paths <c>keys</c> and <c>keys/NAME</c>. A write replaces the key and all its settings; nothing shows the secret later.</summary>
internal static class KeyPaths
{
    private const long KeySizeMax = 1024;
    private const long QrSizeMax = 4096;

    private static readonly Field<bool> Generate = Field.Boolean("generate", "Make a new key, as a server that checks codes does.");
    private static readonly Field<bool> Exported = Field.Boolean("exported", "Answer the url and the QR code of a generated key, once.", true);
    private static readonly Field<long> KeySize = Field.Integer("key_size", "Length of a generated key in bytes, 1 to 1024.", 20);
    private static readonly Field<string> Key = Field.Secret("key", "The key to keep, in base32, where none is generated.");
    private static readonly Field<string> Url = Field.Secret("url", "An otpauth url with the key to keep and its settings, which win over the other fields.");
    private static readonly Field<string> Issuer = Field.Text("issuer", "Who issues the key. Needed to generate one.");
    private static readonly Field<string> AccountName = Field.Text("account_name", "Whose key it is. Needed to generate one.");
    private static readonly Field<TimeSpan> Period = Field.Duration("period", "How long one code counts.", TimeSpan.FromSeconds(30));
    private static readonly Field<string> Algorithm = Field.Text("algorithm", "The hash function: SHA1, SHA256 or SHA512.", "SHA1");
    private static readonly Field<long> Digits = Field.Integer("digits", "How long a code is: 6 or 8 digits.", 6);
    private static readonly Field<long> Skew = Field.Integer("skew", "How many periods before and after the present one are taken as well: 0 or 1.", 1);
    private static readonly Field<long> QrSize = Field.Integer("qr_size", "Width and height of the QR code in pixels, at most 4096; 0 for none.", 200);

    public static EnginePath All { get; } = new("keys", "Lists the keys.")
    {
        List = async (request, cancellation) => Reply.Keys(await request.Storage.ListAsync(TotpKey.Prefix, cancellation)),
    };

    public static EnginePath One(IRandom random) => new("keys/{name:at}", "A key: generated here, or brought along.")
    {
        Fields = [Generate, Exported, KeySize, Url, Key, Issuer, AccountName, Period, Algorithm, Digits, Skew, QrSize],
        Read = ReadAsync,
        Write = (request, _) => ValueTask.FromResult(Write(request, random)),
        Delete = DeleteAsync,
    };

    private static async ValueTask<Reply> ReadAsync(EngineRequest request, CancellationToken cancellation) =>
        await TotpKey.GetAsync(request.Storage, request.Param("name"), cancellation) is { } key
            ? Reply.With(json =>
            {
                json.WriteString("account_name", key.AccountName);
                json.WriteString("algorithm", key.Algorithm);
                json.WriteNumber("digits", key.Digits);
                json.WriteString("issuer", key.Issuer);
                json.WriteNumber("period", key.Period);
            })
            : Reply.NotFound;

    private static Reply Write(EngineRequest request, IRandom random)
    {
        var generate = request.Get(Generate);
        if (generate && request.Get(Key).Length > 0)
        {
            return Reply.Invalid("a key should not be passed if generate is true");
        }

        if (generate && request.Get(Url).Length > 0)
        {
            return Reply.Invalid("a url should not be passed if generate is true");
        }

        var input = InputOf(request, out var problem);
        if (problem.Length > 0)
        {
            return Reply.Invalid(problem);
        }

        return input.Problem ?? SizesProblem(request) ?? (generate ? Generated(request, input, random) : Imported(request, input));
    }

    private static KeyInput InputOf(EngineRequest request, out string problem)
    {
        problem = "";
        var fields = new KeyInput(
            request.Get(Key), request.Get(Issuer), request.Get(AccountName), (long)request.Get(Period).TotalSeconds, request.Get(Algorithm), request.Get(Digits));
        return request.Get(Url) is { Length: > 0 } url ? OtpAuthUrl.Read(url, fields, out problem) : fields;
    }

    private static Reply? SizesProblem(EngineRequest request) => (request.Get(Skew), request.Get(QrSize), request.Get(KeySize)) switch
    {
        (not (0 or 1), _, _) => Reply.Invalid("the skew value must be 0 or 1"),
        (_, < 0, _) => Reply.Invalid("the qr_size value must be greater than or equal to zero"),
        (_, > QrSizeMax, _) => Reply.Invalid($"the qr_size value must be at most {QrSizeMax}"),
        (_, _, <= 0) => Reply.Invalid("the key_size value must be greater than zero"),
        (_, _, > KeySizeMax) => Reply.Invalid($"the key_size value must be at most {KeySizeMax}"),
        _ => null,
    };

    private static Reply Generated(EngineRequest request, KeyInput input, IRandom random)
    {
        if (input.AccountName.Length == 0)
        {
            return Reply.Invalid("the account_name value is required for generated keys");
        }

        if (input.Issuer.Length == 0)
        {
            return Reply.Invalid("the issuer value is required for generated keys");
        }

        var secret = GC.AllocateUninitializedArray<byte>((int)request.Get(KeySize), pinned: true);
        random.Fill(secret);
        var key = input.With(secret, request.Get(Skew));
        if (!request.Get(Exported))
        {
            Put(request, key);
            return Reply.Done;
        }

        var url = OtpAuthUrl.Of(key);
        var size = (int)request.Get(QrSize);
        if (size == 0)
        {
            Put(request, key);
            return Reply.With(json => json.WriteString("url", url));
        }

        if (QrCode.Of(url) is not { } code)
        {
            return Reply.Invalid("the url of this key is too long for a QR code: set qr_size to 0, or shorten issuer, account_name or key_size");
        }

        if (size < code.PixelsMin)
        {
            return Reply.Invalid(string.Create(
                CultureInfo.InvariantCulture, $"the qr_size value is too small for the QR code of this key: set it to 0, or to {code.PixelsMin} or more"));
        }

        Put(request, key);
        return Reply.With(json =>
        {
            json.WriteBase64String("barcode", QrImage.Png(code, size));
            json.WriteString("url", url);
        });
    }

    private static Reply Imported(EngineRequest request, KeyInput input)
    {
        if (input.Key.Length == 0)
        {
            return Reply.Invalid("the key value is required");
        }

        if (!Base32.TryDecode(input.Key, out var secret, out var at))
        {
            return Reply.Invalid(string.Create(CultureInfo.InvariantCulture, $"invalid key value: illegal base32 data at input byte {at}"));
        }

        if (secret.Length == 0)
        {
            return Reply.Invalid("the key value is required");
        }

        Put(request, input.With(secret, request.Get(Skew)));
        return Reply.Done;
    }

    private static void Put(EngineRequest request, TotpKey key) =>
        request.Storage.Put(TotpKey.Prefix + request.Param("name"), key, TotpJson.Default.TotpKey);

    private static async ValueTask<Reply> DeleteAsync(EngineRequest request, CancellationToken cancellation)
    {
        var name = request.Param("name");
        request.Storage.Delete(TotpKey.Prefix + name);

        // The used codes stay for as long as they would be taken: the same key may be written again.
        if (await UsedCodes.GetAsync(request.Storage, name, cancellation) is { } used)
        {
            await UsedCodesSweep.ScheduleAsync(request.Storage, used.End, cancellation);
        }

        return Reply.Done;
    }
}
