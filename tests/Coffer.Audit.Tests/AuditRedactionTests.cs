using System.Buffers;
using System.Text;
using System.Text.Json;
using Coffer.Audit.Entries;
using CsCheck;

namespace Coffer.Audit.Tests;

public sealed class AuditRedactionTests : IDisposable
{
    private const string Canary = "CANARY";

    /// <summary>Texts that all hold the canary, with what JSON escapes and what UTF-8 makes of several bytes.</summary>
    private static readonly Gen<string> Secret =
        Gen.Select(OneOf("", "\"", "\\", "\n", "é", "漢", "😀", "\u2028", "{", "\u0000"), Gen.Int[0, 999], (odd, n) => $"{odd}{Canary}{n}{odd}");

    private static readonly Gen<string> Json = Gen.Recursive<string>((depth, self) => depth > 6
        ? Secret.Select(Quote)
        : Gen.Frequency(
            (3, Secret.Select(Quote)),
            (1, Secret.Select(EscapeAll)),
            (1, OneOf("1", "-2.5e10", "true", "false", "null", "123456789012345678901234567890")),
            (2, self.Array[0, 4].Select(items => $"[{string.Join(", ", items)}]")),
            (2, self.Array[0, 4].Select(items => $"{{{string.Join(" ,\n", items.Select((item, i) => $"\"k{i}\\u0041\": {item}"))}}}"))));

    private readonly AuditHash _hash = new("0123456789abcdef0123456789abcdef"u8);

    public void Dispose() => _hash.Dispose();

    [Fact]
    public void CVE_2025_62513_no_secret_survives_at_any_depth_and_everything_else_does() => Json.Sample(
        json =>
        {
            var redacted = Redact(json);
            Assert.DoesNotContain(Canary, redacted, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', redacted);
            AssertSame(JsonElement.Parse(json), JsonElement.Parse(redacted));
        },
        iter: 2000);

    [Theory]
    [InlineData("\"\\ud800 CANARY\"")]
    [InlineData("{\"a\\udc00CANARE\":\"\\udc00\\ud800CANARY\"}")]
    public void Half_a_surrogate_pair_is_hashed_as_it_was_sent(string json)
    {
        var redacted = Redact(json);

        Assert.DoesNotContain(Canary, redacted, StringComparison.Ordinal);
        Assert.Contains("hmac-sha256:", redacted, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"keys":["a","b"],"key_info":{"a":{"x":1},"b":{"x":[1,2]}},"other":["a"]}""", """{"keys":2,"key_info":2,"other":["a"]}""")]
    [InlineData("""{"deep":{"keys":["a"]},"keys":"a"}""", """{"deep":{"keys":["a"]},"keys":"a"}""")]
    [InlineData("""{"keys":[],"key_info":null}""", """{"keys":0,"key_info":null}""")]
    [InlineData("""{"keys":[["x"],{"y":1},"z"]}""", """{"keys":3}""")]
    public void Listings_are_elided_to_their_counts_at_the_top_only(string json, string expected) =>
        Assert.Equal(expected, Redact(json, hashed: false, elide: true));

    private string Redact(string json, bool hashed = true, bool elide = false)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            AuditRedaction.Copy(Encoding.UTF8.GetBytes(json), writer, hashed ? _hash : null, [], elide);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private void AssertSame(JsonElement before, JsonElement after)
    {
        switch (before.ValueKind)
        {
            case JsonValueKind.String:
                Assert.Equal(_hash.Of(before.GetString()!), after.GetString());
                break;
            case JsonValueKind.Array:
                Assert.Equal(before.GetArrayLength(), after.GetArrayLength());
                foreach (var (one, other) in before.EnumerateArray().Zip(after.EnumerateArray()))
                {
                    AssertSame(one, other);
                }

                break;
            case JsonValueKind.Object:
                Assert.Equal(before.EnumerateObject().Select(member => member.Name), after.EnumerateObject().Select(member => member.Name));
                foreach (var (one, other) in before.EnumerateObject().Zip(after.EnumerateObject()))
                {
                    AssertSame(one.Value, other.Value);
                }

                break;
            default:
                Assert.Equal(before.GetRawText(), after.GetRawText());
                break;
        }
    }

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static string Quote(string text) => JsonSerializer.Serialize(text);

    private static string EscapeAll(string text) => $"\"{string.Concat(text.Select(unit => $"\\u{(int)unit:x4}"))}\"";
}
