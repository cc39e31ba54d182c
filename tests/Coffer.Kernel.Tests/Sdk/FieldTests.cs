using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Text;
using CsCheck;

namespace Coffer.Kernel.Tests.Sdk;

public sealed class FieldTests
{
    private static readonly Field<string> Text = Field.Text("f", "");
    private static readonly Field<long> Count = Field.Integer("f", "", 7);
    private static readonly Field<bool> Flag = Field.Boolean("f", "");
    private static readonly Field<TimeSpan> Duration = Field.Duration("f", "");
    private static readonly Field<ImmutableArray<string>> List = Field.TextList("f", "");
    private static readonly Field<ImmutableSortedDictionary<string, string>> Map = Field.TextMap("f", "");

    [Theory]
    [InlineData("\"x\"", "x")]
    [InlineData("5", "5")]
    [InlineData("1.50", "1.50")]
    [InlineData("true", "1")]
    [InlineData("false", "0")]
    [InlineData("null", "")]
    [InlineData("[]", null)]
    [InlineData("{}", null)]
    public void Text_is_taken_leniently(string json, string? value) => Check(Text, json, value is not null, value);

    [Theory]
    [InlineData("5", 5L)]
    [InlineData("\"5\"", 5L)]
    [InlineData("\"-5\"", -5L)]
    [InlineData("3.0", 3L)]
    [InlineData("3e2", 300L)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("\"\"", 0L)]
    [InlineData("null", 7L)]
    [InlineData("9223372036854775808", null)]
    [InlineData("1e400", null)]
    [InlineData("2.5", null)]
    [InlineData("\"0x10\"", null)]
    [InlineData("\"1,000\"", null)]
    [InlineData("\" 5\"", null)]
    [InlineData("[5]", null)]
    public void Counts_are_taken_leniently(string json, long? value) => Check(Count, json, value is not null, value ?? 0);

    [Theory]
    [InlineData("true", true)]
    [InlineData("\"TRUE\"", true)]
    [InlineData("1", true)]
    [InlineData("0", false)]
    [InlineData("\"f\"", false)]
    [InlineData("\"\"", false)]
    [InlineData("\"yes\"", null)]
    [InlineData("[]", null)]
    public void Booleans_are_taken_leniently(string json, bool? value) => Check(Flag, json, value is not null, value ?? false);

    [Theory]
    [InlineData("60", 60.0)]
    [InlineData("\"60\"", 60.0)]
    [InlineData("\"1h30m\"", 5400.0)]
    [InlineData("\"1.5h\"", 5400.0)]
    [InlineData("\"7d\"", 604800.0)]
    [InlineData("\"250ms\"", 0.25)]
    [InlineData("\"\"", 0.0)]
    [InlineData("\"-5s\"", null)]
    [InlineData("-5", null)]
    [InlineData("\"1h30\"", null)]
    [InlineData("\"h\"", null)]
    [InlineData("\"1..5h\"", null)]
    [InlineData("\"1 h\"", null)]
    [InlineData("\"9999999999999h\"", null)]
    [InlineData("1e400", null)]
    [InlineData("\"NaN\"", null)]
    [InlineData("\"--5s\"", null)]
    [InlineData("true", null)]
    public void Durations_are_taken_leniently(string json, double? seconds) =>
        Check(Duration, json, seconds is not null, TimeSpan.FromSeconds(seconds ?? 0));

    [Theory]
    [InlineData("[\"a\",\" b \",\"\",1]", "a|b|1")]
    [InlineData("\"a, b,,c\"", "a|b|c")]
    [InlineData("\"\"", "")]
    [InlineData("[]", "")]
    [InlineData("[[\"a\"]]", null)]
    [InlineData("{}", null)]
    public void Lists_are_taken_leniently(string json, string? joined)
    {
        var values = FieldValues.Parse([List], JsonDocument.Parse($$"""{"f":{{json}}}""").RootElement, [], out var problem);
        Assert.Equal(joined is null, problem is not null);
        Assert.Equal(joined ?? "", string.Join('|', values.Get(List)));
    }

    [Theory]
    [InlineData("{\"a\":\"b\",\"c\":1}", "a=b|c=1")]
    [InlineData("[\"a=b\",\"c=d=e\"]", "a=b|c=d=e")]
    [InlineData("\"a=b,c=d\"", "a=b|c=d")]
    [InlineData("[\"a\"]", null)]
    [InlineData("{\"a\":{}}", null)]
    [InlineData("5", null)]
    public void Maps_are_taken_leniently(string json, string? joined)
    {
        var values = FieldValues.Parse([Map], JsonDocument.Parse($$"""{"f":{{json}}}""").RootElement, [], out var problem);
        Assert.Equal(joined is null, problem is not null);
        Assert.Equal(joined ?? "", string.Join('|', values.Get(Map).Select(pair => $"{pair.Key}={pair.Value}")));
    }

    [Fact]
    public void CVE_2025_4166_a_refusal_names_the_field_and_never_repeats_the_value()
    {
        foreach (var field in (Field[])[Count, Flag, Duration, Map, Field.CountList("f", ""), Field.Object("f", ""), Field.SignedDuration("f", "")])
        {
            foreach (var json in (string[])["\"marker-secret\"", "[\"marker-secret\"]", "{\"marker-secret\":{\"marker-secret\":[]}}"])
            {
                FieldValues.Parse([field], JsonDocument.Parse($$"""{"f":{{json}}}""").RootElement, [], out var problem);
                Assert.DoesNotContain("marker", problem ?? "", StringComparison.Ordinal);
                Assert.True(problem is null || problem.Contains("\"f\"", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void A_path_parameter_wins_over_the_body()
    {
        var values = FieldValues.Parse([Text], JsonDocument.Parse("""{"f":"body"}""").RootElement, new() { ["f"] = "path" }, out var problem);
        Assert.Null(problem);
        Assert.Equal("path", values.Get(Text));
    }

    [Fact]
    public void Durations_read_back_as_they_were_written() =>
        Gen.Long[-9_000_000_000, 9_000_000_000].Sample(milliseconds =>
        {
            var span = TimeSpan.FromMilliseconds(milliseconds);
            Assert.True(GoDuration.TryParse(GoDuration.Format(span), out var again));
            Assert.Equal(span, again);
        });

    [Fact]
    public void No_text_makes_the_duration_parser_throw() =>
        Gen.String[Gen.Char["0123456789.hmsdunµ+- e"], 0, 14].Sample(text =>
        {
            if (GoDuration.TryParse(text, out var span))
            {
                Assert.InRange(Math.Abs(span.TotalSeconds), 0, 9_223_372_037);
            }
        });

    [Theory]
    [InlineData("a-b.c", true)]
    [InlineData("_a", true)]
    [InlineData("a@b", false)]
    [InlineData("-a", false)]
    [InlineData("a-", false)]
    [InlineData(".a", false)]
    [InlineData("", false)]
    [InlineData("é", false)]
    [InlineData("a b", false)]
    public void Names_are_word_characters_with_dashes_and_dots_inside(string text, bool isName) =>
        Assert.Equal(isName, PathTemplate.IsName(text));

    private static void Check<T>(Field<T> field, string json, bool ok, T? expected)
    {
        var values = FieldValues.Parse([field], JsonDocument.Parse($$"""{"f":{{json}}}""").RootElement, [], out var problem);
        Assert.Equal(ok, problem is null);
        if (ok)
        {
            Assert.Equal(expected, values.Get(field));
        }
    }
}
