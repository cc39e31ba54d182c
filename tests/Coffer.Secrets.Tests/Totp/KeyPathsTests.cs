using Coffer.Secrets.Totp;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Totp;

public sealed class KeyPathsTests : IAsyncDisposable
{
    private const string Key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    private readonly EngineHarness _harness = new(TotpEngine.Type);

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Theory]
    [InlineData("SHA1", 6, 30, 20)]
    [InlineData("SHA256", 8, 60, 32)]
    [InlineData("SHA512", 6, 120, 1)]
    public async Task The_qr_code_of_a_generated_key_holds_its_url_and_the_url_brings_the_same_key_to_another_name(string algorithm, int digits, int period, int size)
    {
        var made = (await _harness.WriteAsync("keys/a", $$"""
            {"generate":true,"issuer":"Big & Co","account_name":"kim@example.com","algorithm":"{{algorithm}}","digits":{{digits}},"period":{{period}},"key_size":{{size}},"qr_size":300}
            """)).Data();
        var url = (string)made["url"]!;
        Assert.Equal(url, QrCodeTests.Read(Convert.FromBase64String((string)made["barcode"]!), 300));
        (await _harness.WriteAsync("keys/b", $$"""{"url":"{{url}}"}""")).AssertDone();

        var (first, second) = (await KeyAsync("a"), await KeyAsync("b"));
        Assert.Equal(size, first.Secret.Length);
        Assert.Equal(first.Secret, second.Secret);
        Assert.Equal(await _harness.Store.TextAsync("keys/a"), await _harness.Store.TextAsync("keys/b"));
    }

    [Fact]
    public async Task Nothing_shows_the_secret_of_a_key_once_it_is_made()
    {
        (await _harness.WriteAsync("keys/k", $$"""{"key":"{{Key}}"}""")).AssertDone();

        Assert.Equal(["account_name", "algorithm", "digits", "issuer", "period"], (await _harness.ReadAsync("keys/k")).Data().AsObject().Select(member => member.Key));
    }

    [Fact]
    public async Task A_qr_code_that_does_not_fit_is_refused_with_the_remedy_and_no_key_is_made()
    {
        (await _harness.WriteAsync("keys/k", """{"generate":true,"issuer":"I","account_name":"A","qr_size":40}""")).AssertRefused(
            400, "the qr_size value is too small for the QR code of this key: set it to 0, or to 49 or more");
        (await _harness.WriteAsync("keys/k", $$"""{"generate":true,"issuer":"{{new string('é', 256)}}","account_name":"A"}""")).AssertRefused(
            400, "the url of this key is too long for a QR code: set qr_size to 0, or shorten issuer, account_name or key_size");
        Assert.Empty(await _harness.Store.KeysAsync());
    }

    [Theory]
    [InlineData("http://totp/a?secret=GEZDGNBV")]
    [InlineData("otpauth://hotp/a?secret=GEZDGNBV&counter=1")]
    [InlineData("otpauth://user@totp/a?secret=GEZDGNBV")]
    [InlineData("otpauth://totp:80/a?secret=GEZDGNBV")]
    [InlineData("otpauth://totp/a?secret=GEZDGNBV#x")]
    [InlineData("otpauth://totp/a?secret=GEZDGNBV&secret=GEZDGNBV")]
    [InlineData("otpauth://totp/a?secret=GEZDGNBV&%73ecret=GEZDGNBV")]
    [InlineData("otpauth://totp/a?secret=&secret=GEZDGNBV")]
    [InlineData("otpauth://totp/a?secret=GEZDGNBV&issuer=&issuer=I")]
    [InlineData("otpauth://totp/a?secret=GEZDGNBV&a%zz=1")]
    [InlineData("otpauth://totp/a?secret")]
    [InlineData("otpauth://totp/a%2?secret=GEZDGNBV")]
    [InlineData("otpauth://totp/a%zz?secret=GEZDGNBV")]
    [InlineData("otpauth://totp/a%ff?secret=GEZDGNBV")]
    [InlineData(" otpauth://totp/a?secret=GEZDGNBV")]
    public async Task An_url_that_is_not_of_the_form_is_refused(string url) =>
        (await _harness.WriteAsync("keys/k", $$"""{"url":"{{url}}"}""")).AssertRefused(
            400, "the url value is not valid: expected otpauth://totp/ISSUER:ACCOUNT?secret=KEY");

    [Theory]
    [InlineData("secret=GEZDGNBV&Secret=AAAAAAAA&SECRET=AAAAAAAA&Issuer=J&Digits=8&PERIOD=60&Algorithm=SHA512")]
    [InlineData("Secret=AAAAAAAA&secret=GEZDGNBV")]
    [InlineData("%73ecret=GEZDGNBV")]
    [InlineData("secret=GEZDGNBV&x=")]
    public async Task Parameters_of_an_url_are_known_by_their_exact_names_and_others_do_not_count(string query)
    {
        (await _harness.WriteAsync("keys/k", $$"""{"url":"otpauth://totp/I:a?{{query}}"}""")).AssertDone();

        var key = await KeyAsync("k");
        Assert.Equal("GEZDGNBV", Base32.Encode(key.Secret).TrimEnd('='));
        Assert.Equal(("I", "a", 6L, 30L, "SHA1"), (key.Issuer, key.AccountName, (long)key.Digits, (long)key.Period, key.Algorithm));
    }

    [Theory]
    [InlineData("Secret=GEZDGNBV")]
    [InlineData("SECRET=GEZDGNBV&issuer=I")]
    public async Task An_url_whose_key_has_another_name_holds_no_key(string query)
    {
        (await _harness.WriteAsync("keys/k", $$"""{"url":"otpauth://totp/I:a?{{query}}"}""")).AssertRefused(400, "the key value is required");
        Assert.Empty(await _harness.Store.KeysAsync());
    }

    [Theory]
    [InlineData("digits=six", "an error occurred while parsing digits value in url")]
    [InlineData("period=-30", "an error occurred while parsing period value in url")]
    [InlineData("period=99999999999999999999", "an error occurred while parsing period value in url")]
    [InlineData("period=9999999999", "the period value must be at most 100 years")]
    [InlineData("period=0", "the period value must be greater than zero")]
    [InlineData("algorithm=SHA3", "the algorithm value is not valid")]
    [InlineData("issuer=a%0ab", "the issuer value must have at most 256 characters, and no control characters")]
    public async Task A_setting_in_an_url_is_judged_as_a_field_is(string parameter, string problem) =>
        (await _harness.WriteAsync("keys/k", $$"""{"url":"otpauth://totp/a?secret=GEZDGNBV&{{parameter}}"}""")).AssertRefused(400, problem);

    [Fact]
    public async Task Lengths_are_bounded()
    {
        (await _harness.WriteAsync("keys/k", $$"""{"key":"{{new string('A', 2049)}}"}""")).AssertRefused(400, "the key value must have at most 2048 characters");
        (await _harness.WriteAsync("keys/k", $$"""{"key":"{{Key}}","account_name":"{{new string('a', 257)}}"}""")).AssertRefused(
            400, "the account_name value must have at most 256 characters, and no control characters");
        (await _harness.WriteAsync("keys/k", """{"generate":true,"issuer":"I","account_name":"A","key_size":1025}""")).AssertRefused(400, "the key_size value must be at most 1024");
        (await _harness.WriteAsync("keys/k", """{"generate":true,"issuer":"I","account_name":"A","qr_size":4097}""")).AssertRefused(400, "the qr_size value must be at most 4096");
        (await _harness.WriteAsync("keys/k", $$"""{"url":"otpauth://totp/a?secret={{Key}}&x={{new string('a', 4096)}}"}""")).AssertRefused(
            400, "the url value is not valid: expected otpauth://totp/ISSUER:ACCOUNT?secret=KEY");
    }

    [Fact]
    public async Task What_holds_a_key_or_a_code_is_marked_as_secret()
    {
        var secret = (await _harness.EngineAsync()).Paths.SelectMany(path => path.Fields).Where(field => field.IsSecret).Select(field => field.Name);

        Assert.Equal(["url", "key", "code"], secret);
    }

    private async Task<TotpKey> KeyAsync(string name) => (await TotpKey.GetAsync(_harness.Store, name, TestContext.Current.CancellationToken))!;
}
