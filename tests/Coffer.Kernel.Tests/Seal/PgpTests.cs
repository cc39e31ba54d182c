using System.Text;
using System.Text.Json;
using Coffer.Kernel.Seal;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;

namespace Coffer.Kernel.Tests.Seal;

public sealed class PgpTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly Gpg _gpg = new();

    public void Dispose() => _gpg.Dispose();

    [Theory]
    [InlineData("rsa2048", "rsa2048")]
    [InlineData("ed25519", "cv25519")]
    [InlineData("nistp256", "nistp256")]
    public async Task What_is_encrypted_to_a_key_its_owner_reads_and_the_fingerprint_is_that_of_the_key(string algorithm, string encryption)
    {
        var fingerprint = await _gpg.NewKeyAsync(algorithm, encryption);
        var recipient = Parse(Convert.ToBase64String(await _gpg.ExportAsync(fingerprint)));

        Assert.Equal(fingerprint.ToLowerInvariant(), recipient.Fingerprint);
        Assert.Equal("the text"u8.ToArray(), await _gpg.DecryptAsync(recipient.Encrypt("the text"u8, SystemRandom.Instance)));
    }

    [Fact]
    public async Task A_key_is_taken_in_base64_armored_and_armored_in_base64()
    {
        var fingerprint = await _gpg.NewKeyAsync("ed25519", "cv25519");
        var binary = await _gpg.ExportAsync(fingerprint);
        var armored = Encoding.ASCII.GetString(await _gpg.ExportAsync(fingerprint, "--armor"));

        foreach (var text in (string[])[Convert.ToBase64String(binary), Convert.ToBase64String(binary, Base64FormattingOptions.InsertLineBreaks), armored, Convert.ToBase64String(Encoding.ASCII.GetBytes(armored))])
        {
            Assert.Equal(fingerprint.ToLowerInvariant(), Parse(text).Fingerprint);
        }
    }

    [Fact]
    public async Task What_is_no_key_that_encrypts_is_refused_in_words_without_a_part_of_it()
    {
        var signs = await _gpg.NewKeyAsync("ed25519", "");
        var whole = await _gpg.NewKeyAsync("ed25519", "cv25519");
        var binary = await _gpg.ExportAsync(whole);
        var refused = new Dictionary<string, string>
        {
            ["keybase:somebody"] = "keybase names are not looked up",
            ["this is no key"] = "error decoding given PGP key: illegal base64 data at input byte 4",
            [Convert.ToBase64String("hello"u8)] = "openpgp: invalid data: tag byte does not have MSB set",
            [Convert.ToBase64String(binary.AsSpan(0, 40))] = "it is no OpenPGP public key",
            [Convert.ToBase64String(await _gpg.ExportSecretAsync(whole))] = "it is a private key",
            [Convert.ToBase64String(await _gpg.ExportAsync(signs))] = "it has no part that encrypts",
            ["-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nnonsense\n-----END PGP PUBLIC KEY BLOCK-----"] = "it is no OpenPGP public key",
        };

        foreach (var (text, expected) in refused)
        {
            Assert.False(PgpRecipient.TryParse(text, Now, out _, out var problem));
            Assert.Contains(expected, problem, StringComparison.Ordinal);
        }
    }

    /// <summary>Algorithms of RFC 4880 (1: RSA, 16: ElGamal, 17: DSA) with the lengths of a key's numbers in bits.</summary>
    [Theory]
    [InlineData(1, true, 8192, 31)]
    [InlineData(1, false, 8193, 17)]
    [InlineData(1, false, 65535, 17)]
    [InlineData(1, false, 4096, 32)]
    [InlineData(1, false, 4096, 65535)]
    [InlineData(16, true, 8192, 8192, 8192)]
    [InlineData(16, false, 8193, 2, 2000)]
    [InlineData(16, false, 2048, 60000, 2000)]
    [InlineData(17, true, 8192, 512, 2000, 2000)]
    [InlineData(17, false, 8193, 256, 2000, 2000)]
    [InlineData(17, false, 2048, 513, 2000, 2000)]
    [InlineData(17, false, 2048, 256, 2000, 60000)]
    public void CVE_2026_39829_a_key_whose_numbers_are_large_enough_to_cost_time_is_refused_before_it_is_used(int algorithm, bool isTaken, params int[] bits)
    {
        byte[] body = [4, 0, 0, 0, 1, (byte)algorithm, .. bits.SelectMany(Number)];
        byte[] packet = [0xC6, 0xFF, 0, (byte)(body.Length >> 16), (byte)((body.Length >> 8) & 0xFF), (byte)(body.Length & 0xFF), .. body];

        Assert.False(PgpRecipient.TryParse(Convert.ToBase64String(packet), Now, out _, out var problem));

        // What is taken has no signature that says that it may encrypt.
        Assert.Contains(isTaken ? "no part that encrypts" : "keys of up to 8192 bits are taken", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_has_expired_encrypts_nothing()
    {
        var text = Convert.ToBase64String(await _gpg.ExportAsync(await _gpg.NewKeyAsync("ed25519", "cv25519", "2d")));

        Assert.True(PgpRecipient.TryParse(text, Now, out _, out var none), none);
        Assert.False(PgpRecipient.TryParse(text, Now.AddDays(3), out _, out var problem));
        Assert.Contains("neither expired nor revoked", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_byte_changed_or_cut_off_breaks_nothing()
    {
        var binary = await _gpg.ExportAsync(await _gpg.NewKeyAsync("ed25519", "cv25519"));
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var changed = binary.AsSpan(0, i % 2 == 0 ? binary.Length : random.Next(binary.Length)).ToArray();
            for (var n = random.Next(1, 4); n > 0 && changed.Length > 0; n--)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }

            if (PgpRecipient.TryParse(Convert.ToBase64String(changed), Now, out var recipient, out var problem))
            {
                Assert.NotEmpty(recipient.Encrypt("x"u8, SystemRandom.Instance));
            }
            else
            {
                Assert.NotEmpty(problem);
            }
        }
    }

    [Theory]
    [InlineData("""[""]""")]
    [InlineData("""["  "]""")]
    [InlineData("\"\"")]
    [InlineData("\",\"")]
    public async Task An_empty_key_is_refused_and_never_means_that_shares_are_shown(string keys)
    {
        await using var empty = KernelHarness.StartEmpty();
        var body = $$"""{"secret_shares":1,"secret_threshold":1,"pgp_keys":{{keys}}}""";
        var refused = (await empty.WriteAsync("sys/init", body, token: "")).Is(400);
        Assert.Contains("one of 'pgp_keys' is empty", refused.Body, StringComparison.Ordinal);
        Assert.Contains("\"initialized\":false", (await empty.ReadAsync("sys/init", token: "")).Body, StringComparison.Ordinal);

        await using var harness = await KernelHarness.StartAsync();
        Assert.Contains("one of 'pgp_keys' is empty", (await harness.WriteAsync("sys/rekey/init", body)).Is(400).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_initialised_with_keys_shows_nothing_that_opens_it_without_them()
    {
        await using var harness = KernelHarness.StartEmpty();
        var key = Convert.ToBase64String(await _gpg.ExportAsync(await _gpg.NewKeyAsync("ed25519", "cv25519")));
        (await harness.WriteAsync("sys/init", $$"""{"secret_shares":2,"secret_threshold":2,"pgp_keys":["{{key}}"]}""", "")).Is(400);
        (await harness.WriteAsync("sys/init", """{"secret_shares":1,"secret_threshold":1,"root_token_pgp_key":"keybase:x"}""", "")).Is(400);
        Assert.Equal("false", (await harness.ReadAsync("sys/init", "")).Ok().Json["initialized"]!.ToString());

        var made = (await harness.WriteAsync("sys/init", $$"""{"secret_shares":2,"secret_threshold":2,"pgp_keys":["{{key}}","{{key}}"],"root_token_pgp_key":"{{key}}"}""", "")).Ok().Json;

        Assert.Equal((string)made["keys"]![0]!, Convert.ToHexStringLower(Convert.FromBase64String((string)made["keys_base64"]![0]!)));
        (await harness.WriteAsync("sys/unseal", $$"""{"key":"{{made["keys"]![0]}}"}""", "")).Is(400);
        foreach (var share in made["keys_base64"]!.AsArray())
        {
            var hex = Encoding.ASCII.GetString(await _gpg.DecryptAsync(Convert.FromBase64String((string)share!)));
            (await harness.WriteAsync("sys/unseal", $$"""{"key":"{{hex}}"}""", "")).Ok();
        }

        var root = Encoding.ASCII.GetString(await _gpg.DecryptAsync(Convert.FromBase64String((string)made["root_token"]!)));
        (await harness.ReadAsync("auth/token/lookup-self", root)).Ok();
    }

    [Fact]
    public async Task A_rekey_with_keys_gives_each_holder_a_share_and_keeps_a_backup_until_it_is_deleted()
    {
        await using var harness = await KernelHarness.StartAsync();
        var fingerprint = await _gpg.NewKeyAsync("ed25519", "cv25519");
        var key = Convert.ToBase64String(await _gpg.ExportAsync(fingerprint));
        (await harness.WriteAsync("sys/rekey/init", """{"secret_shares":1,"secret_threshold":1,"pgp_keys":["keybase:x"]}""")).Is(400);
        var begun = (await harness.WriteAsync("sys/rekey/init", $$"""{"secret_shares":1,"secret_threshold":1,"backup":true,"pgp_keys":["{{key}}"]}""")).Ok().Json;
        Assert.Equal(fingerprint.ToLowerInvariant(), (string)begun["pgp_fingerprints"]![0]!);

        var done = (await harness.WriteAsync("sys/rekey/update", $$"""{"key":"{{harness.Share}}","nonce":"{{begun["nonce"]}}"}""")).Ok().Json;

        var message = Convert.FromBase64String((string)done["keys_base64"]![0]!);
        var backup = (await harness.ReadAsync("sys/rekey/backup")).Ok().Data;
        Assert.Equal((string)begun["nonce"]!, (string)backup["nonce"]!);
        Assert.Equal(Convert.ToHexStringLower(message), (string)backup["keys"]![fingerprint.ToLowerInvariant()]![0]!);
        (await harness.SendAsync(Operation.Delete, "sys/rekey/backup", null)).Is(204);
        (await harness.ReadAsync("sys/rekey/backup")).Is(400);
        await harness.RestartSealedAsync();
        await harness.Kernel.UnsealAsync(Encoding.ASCII.GetString(await _gpg.DecryptAsync(message)), TestContext.Current.CancellationToken);
        Assert.False(harness.Kernel.IsSealed);
    }

    [Fact]
    public async Task A_root_token_is_generated_for_the_owner_of_a_key()
    {
        await using var harness = await KernelHarness.StartAsync();
        var fingerprint = await _gpg.NewKeyAsync("ed25519", "cv25519");
        var key = Convert.ToBase64String(await _gpg.ExportAsync(fingerprint));
        (await harness.WriteAsync("sys/generate-root/attempt", JsonSerializer.Serialize(new Dictionary<string, string> { ["pgp_key"] = key, ["otp"] = new('x', 26) }))).Is(400);
        var begun = (await harness.WriteAsync("sys/generate-root/attempt", $$"""{"pgp_key":"{{key}}"}""")).Ok().Json;
        Assert.Equal((fingerprint.ToLowerInvariant(), ""), ((string)begun["pgp_fingerprint"]!, (string)begun["otp"]!));

        var done = (await harness.WriteAsync("sys/generate-root/update", $$"""{"key":"{{harness.Share}}","nonce":"{{begun["nonce"]}}"}""")).Ok().Json;

        var token = Encoding.ASCII.GetString(await _gpg.DecryptAsync(Convert.FromBase64String((string)done["encoded_token"]!)));
        Assert.Equal("root", (string)(await harness.ReadAsync("auth/token/lookup-self", token)).Ok().Data["policies"]![0]!);
    }

    /// <summary>An odd number of so many bits, as OpenPGP writes it.</summary>
    private static byte[] Number(int bits)
    {
        var bytes = new byte[(bits + 7) / 8];
        bytes[^1] = 1;
        bytes[0] |= (byte)(1 << ((bits - 1) % 8));
        return [(byte)(bits >> 8), (byte)(bits & 0xFF), .. bytes];
    }

    private static PgpRecipient Parse(string text)
    {
        Assert.True(PgpRecipient.TryParse(text, Now, out var recipient, out var problem), problem);
        return recipient;
    }
}
