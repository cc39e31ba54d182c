using Coffer.Kernel.Tests.Harness;
using Coffer.Policies.Passwords;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;

namespace Coffer.Kernel.Tests.Policies;

public sealed class PasswordPolicyTests
{
    private const string Usual =
        """
        length = 20
        rule "charset" { charset = "abcdefghijklmnopqrstuvwxyz" min-chars = 2 }
        rule "charset" { charset = "0123456789" min-chars = 3 }
        rule "charset" { charset = "é€😀" min-chars = 1 }
        """;

    [Fact]
    public void A_password_has_its_length_and_what_each_rule_asks_for()
    {
        Assert.True(PasswordPolicyReader.TryRead(Usual, out var rules, out var problem), problem);

        for (var i = 0; i < 200; i++)
        {
            var password = rules.Generate(SystemRandom.Instance)!;
            var runes = password.EnumerateRunes().ToArray();
            Assert.Equal(20, runes.Length);
            Assert.True(password.Count(char.IsAsciiLetterLower) >= 2 && password.Count(char.IsAsciiDigit) >= 3);
            Assert.Contains(runes, rune => rune.Value > 127);
        }
    }

    [Fact]
    public void A_character_of_several_charsets_is_no_likelier_than_another()
    {
        const string Overlapping = """
            length = 100
            rule "charset" { charset = "ab" }
            rule "charset" { charset = "bcc" }
            """;
        Assert.True(PasswordPolicyReader.TryRead(Overlapping, out var rules, out _));

        var all = string.Concat(Enumerable.Range(0, 300).Select(_ => rules.Generate(SystemRandom.Instance)));

        // 10,000 expected of each with a standard deviation of 82; ten of them is beyond chance.
        Assert.All("abc", letter => Assert.InRange(all.Count(c => c == letter), 9180, 10820));
    }

    [Fact]
    public void A_number_below_a_bound_is_not_the_remainder_of_what_does_not_divide()
    {
        // The first value is above the largest multiple of three, and is drawn again; its remainder would have been 0.
        var random = new GivenRandom(uint.MaxValue, 7);

        Assert.Equal(1, random.Below(3));
    }

    [Theory]
    [InlineData("length = 20\nrule \"charset\" { charset = \"ab\" min-chars = 15 }\nrule \"charset\" { charset = \"c\" min-chars = 6 }", "at least 21 characters but 20")]
    [InlineData("length = 20\nrule \"words\" { charset = \"ab\" }", "At 2:6: unknown rule type, expected")]
    [InlineData("length = 20\nrule \"charset\" { charset = \"ab\" min_chars = 1 }", "invalid key, expected charset or min-chars")]
    [InlineData("length = 20\nrule \"charset\" { charset = \"ab\" min-chars = -1 }", "min-chars must be between 0 and 100")]
    [InlineData("length = 20\nrule \"charset\" { charset = \"a\\tb\" }", "cannot be printed")]
    [InlineData("length = 20\nrule \"charset\" { charset = [1] }", "charset must be a string")]
    [InlineData("length = true\nrule \"charset\" { charset = \"a\" }", "length must be a whole number")]
    [InlineData("size = 20\nrule \"charset\" { charset = \"a\" }", "invalid key, expected length or rule")]
    [InlineData("length = 20\nrule \"charset\" { charset = \"a\" }\nrule \"charset\" { charset = \"\" min-chars = 1 }", "empty charset")]
    public void What_is_no_password_policy_is_refused_and_told_why(string text, string reason)
    {
        Assert.False(PasswordPolicyReader.TryRead(text, out _, out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_hardly_any_text_obeys_is_refused_and_nothing_is_stored()
    {
        await using var kernel = await KernelHarness.StartAsync();
        const string Text = """length = 40\nrule \"charset\" { charset = \"a\" min-chars = 40 }\nrule \"charset\" { charset = \"bcdefg\" }""";

        var answer = (await kernel.WriteAsync("sys/policies/password/p", $$"""{"policy":"{{Text}}"}""")).Is(400);

        Assert.Contains("no password was found in 10000 random texts", answer.Body, StringComparison.Ordinal);
        (await kernel.ReadAsync("sys/policies/password/p")).Is(404);
        (await kernel.SendAsync(Operation.List, "sys/policies/password", null)).Is(404);
    }

    private sealed class GivenRandom(params uint[] values) : IRandom
    {
        private int _next;

        public void Fill(Span<byte> bytes) => System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(bytes, values[_next++]);
    }
}
