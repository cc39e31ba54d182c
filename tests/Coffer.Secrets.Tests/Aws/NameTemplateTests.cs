using Coffer.Sdk.Names;
using Coffer.Sdk.Primitives;
using Coffer.Secrets.Aws.Names;
using CsCheck;

namespace Coffer.Secrets.Tests.Aws;

public sealed class NameTemplateTests
{
    private const string Allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+=,.@_-";

    private static readonly string[] Fields = ["DisplayName", "PolicyName", "Type"];

    private static readonly string[] Pieces =
    [
        "{{", "}}", "-", " ", "if", "else", "end", "(", ")", "|", ".Type", "\"", "`", "7", "random", "truncate", "eq", "/*", "*/", "x", ".",
    ];

    private static readonly DateTimeOffset Now = new(2026, 1, 2, 15, 4, 5, 678, TimeSpan.Zero);

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a{{ .DisplayName }}b{{.PolicyName}}c{{ (.Type) }}", "atokenbreadcIAM")]
    [InlineData("{{ unix_time }}", "1767366245")]
    [InlineData("{{ unix_time_millis }}", "1767366245678")]
    [InlineData("""{{ timestamp "2006-01-02T15:04:05Z07:00" }}""", "2026-01-02T15:04:05Z")]
    [InlineData("""{{ timestamp "Mon Jan _2 3:04PM 06 .000 002" }}""", "Fri Jan  2 3:04PM 26 .678 002")]
    [InlineData("""{{ printf "%s-%v-%d-%q-%%" .Type 7 8 "q" }}""", "IAM-7-8-\"q\"-%")]
    [InlineData("""{{ printf "%s-%s" (.DisplayName) (.PolicyName) | truncate 7 | uppercase }}""", "TOKEN-R")]
    [InlineData("{{ .DisplayName | truncate 99 | uppercase | lowercase }}", "token")]
    [InlineData("""{{ "abcdefghijklm" | truncate_sha256 12 }}""", "abcd7da12938")]
    [InlineData("""{{ "abcdefghijkl" | truncate_sha256 12 }}""", "abcdefghijkl")]
    [InlineData("""{{ replace "o" "0" .DisplayName }}""", "t0ken")]
    [InlineData("""{{ .DisplayName | replace "to" "" }}""", "ken")]
    [InlineData("""{{ "abc" | sha256 }}""", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("""{{ base64 "abc" }}""", "YWJj")]
    [InlineData("""{{ if (eq .Type "STS") }}s{{ else }}i{{ end }}""", "i")]
    [InlineData("""{{ if eq .Type "STS" "IAM" }}yes{{ end }}""", "yes")]
    [InlineData("""{{ if ne .Type "IAM" }}a{{ else if and .DisplayName (not false) }}b{{ else }}c{{ end }}""", "b")]
    [InlineData("""{{ if eq .Type "STS" }}a{{ else if eq .Type "X" }}b{{ else }}c{{ end }}d""", "cd")]
    [InlineData("""{{ if or "" 0 false }}a{{ else }}b{{ end }}""", "b")]
    [InlineData("{{ len .DisplayName }}", "5")]
    [InlineData("a  {{- /* nothing */ -}}  b {{- `c|d}}` -}} e", "abc|d}}e")]
    [InlineData("{{ `a\"b` }}{{ \"c\\\"}}\\\\\" }}", "a\"bc\"}}\\")]
    [InlineData("a {{/* nothing */}} b", "a  b")]
    public void Templates_render_as_in_go(string template, string expected) =>
        Assert.Equal(expected, NameTemplate.Parse(template, Fields).Render(Inputs("lease-1")));

    [Theory]
    [InlineData("{{", "the action at 2 has no closing }}")]
    [InlineData("{{ }}", "the action before 3 is empty")]
    [InlineData("{{ .Nope }}", "the field at 3 is not known; there are .DisplayName, .PolicyName, .Type")]
    [InlineData("{{ . }}", "the field at 3 is not known; there are .DisplayName, .PolicyName, .Type")]
    [InlineData("{{ random }}", "random at 3 cannot take 0 arguments")]
    [InlineData("{{ uuid 4 }}", "uuid at 3 cannot take 1 arguments")]
    [InlineData("{{ if .Type }}", "the if at 6 has no {{ end }}")]
    [InlineData("{{ end }}", "{{ end }} at 3 has no {{ if }}")]
    [InlineData("a{{ else }}", "{{ else }} at 4 has no {{ if }}")]
    [InlineData("{{ if .Type }}{{ else }}{{ else }}{{ end }}", "the if at 6 has no {{ end }}")]
    [InlineData("{{ .Type .Type }}", "the word at 3 is not a function and takes no arguments")]
    [InlineData("{{ random 3 | .Type }}", "the word at 14 is not a function and takes no arguments")]
    [InlineData("{{ (.Type }}", "the parenthesis at 3 is not closed")]
    [InlineData("{{ .Type ) }}", "the text at 9 is not expected")]
    [InlineData("{{ random | }}", "random at 3 cannot take 0 arguments")]
    [InlineData("{{ random 3 | }}", "a value is missing at 14")]
    [InlineData("{{ \"abc }}", "the quote at 3 is not closed")]
    [InlineData("{{ \"a\\x\" }}", "the escape at 5 is not known")]
    [InlineData("{{ 1x }}", "the number at 3 is not a whole one")]
    [InlineData("{{ $x }}", "the character at 3 is not expected")]
    [InlineData("{{ .Type.Length }}", "the character at 8 is not expected")]
    [InlineData("{{/* open }}", "the comment at 2 is not closed by */}}")]
    [InlineData("caf\u00E9", "the character at 3 is not ASCII, and names are")]
    public void What_cannot_be_parsed_is_refused_with_its_place(string template, string problem) =>
        Assert.Equal(problem, Assert.Throws<NameTemplateException>(() => NameTemplate.Parse(template, Fields)).Message);

    [Theory]
    [InlineData("{{ range .Type }}{{ end }}")]
    [InlineData("{{ with .Type }}{{ end }}")]
    [InlineData("{{ env }}")]
    public void Words_outside_the_subset_are_refused_with_those_inside_it(string template) => Assert.StartsWith(
        "the word at 3 is not known; there are and, base64, eq,",
        Assert.Throws<NameTemplateException>(() => NameTemplate.Parse(template, Fields)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("{{ random 0 }}", "random needs a length from 1 to 4096")]
    [InlineData("{{ random 5000 }}", "random needs a length from 1 to 4096")]
    [InlineData("{{ random \"5\" }}", "random needs a length from 1 to 4096")]
    [InlineData("{{ truncate -1 \"a\" }}", "truncate needs a length from 1 to 4096")]
    [InlineData("{{ truncate_sha256 8 \"a\" }}", "truncate_sha256 needs a length from 9 to 4096")]
    [InlineData("{{ uppercase 5 }}", "uppercase needs text, not a number or a truth value")]
    [InlineData("{{ eq 1 \"1\" }}", "eq and ne need values of the same kind")]
    [InlineData("{{ replace \"\" \"a\" \"b\" }}", "replace needs a text to look for that is not empty")]
    [InlineData("{{ printf \"%d\" unix_time }}", "printf %d takes a value of another kind")]
    [InlineData("{{ printf \"%s\" }}", "printf has more verbs than values")]
    [InlineData("{{ printf \"x\" 1 }}", "printf has more values than verbs")]
    [InlineData("{{ printf \"%x\" 1 }}", "printf knows %s, %d, %v, %q and %% only")]
    [InlineData("{{ random 4096 | replace \"a\" \"bbbbbbbb\" | printf \"%s%s\" (random 4096) }}", "a text grew beyond 4096 characters")]
    public void What_a_function_cannot_take_is_refused(string template, string problem) =>
        Assert.Equal(problem, Assert.Throws<NameTemplateException>(() => NameTemplate.Parse(template, Fields).Render(Inputs("lease-1"))).Message);

    [Fact]
    public void Nesting_has_an_end()
    {
        var deep = $"{{{{ {new string('(', 50)}.Type{new string(')', 50)} }}}}";
        Assert.Equal("nested deeper than 16", Assert.Throws<NameTemplateException>(() => NameTemplate.Parse(deep, Fields)).Message);
        var ifs = string.Concat(Enumerable.Repeat("{{ if .Type }}", 50)) + string.Concat(Enumerable.Repeat("{{ end }}", 50));
        Assert.Equal("nested deeper than 16", Assert.Throws<NameTemplateException>(() => NameTemplate.Parse(ifs, Fields)).Message);
        var elses = "{{ if .Type }}" + string.Concat(Enumerable.Repeat("{{ else if .Type }}", 50)) + "{{ end }}";
        Assert.Equal("nested deeper than 16", Assert.Throws<NameTemplateException>(() => NameTemplate.Parse(elses, Fields)).Message);
        Assert.Throws<NameTemplateException>(() => NameTemplate.Parse(new string('a', 4097), Fields));
    }

    [Fact]
    public void Whatever_is_written_either_parses_or_is_refused() =>
        Gen.Int[0, Pieces.Length - 1].Array[0, 24].Select(chosen => string.Concat(chosen.Select(i => Pieces[i])))
            .Sample(source =>
            {
                try
                {
                    NameTemplate.Parse(source, Fields).Render(Inputs("lease-1"));
                }
                catch (NameTemplateException error)
                {
                    Assert.NotEmpty(error.Message);
                }
            });

    [Fact]
    public void Default_names_always_fit_and_begin_with_vault() =>
        Gen.Select(Gen.String, Gen.String[Gen.Char[Allowed], 1, 128], Gen.String, Gen.Long[0, 9_000_000_000]).Sample((display, role, lease, seconds) =>
        {
            var names = UserNames.Parse(UserNames.DefaultTemplate);
            var now = DateTimeOffset.FromUnixTimeSeconds(seconds);
            var user = names.Iam(display, role, Random(lease), now);
            var session = names.Sts(display, role, Random(lease), now);
            return user.Length is > 0 and <= 64 && session.Length is > 0 and <= 32
                && (user + session).All(letter => Allowed.Contains(letter, StringComparison.Ordinal))
                && user.StartsWith("vault-", StringComparison.Ordinal) && session.StartsWith("vault-", StringComparison.Ordinal)
                && user == names.Iam(display, role, Random(lease), now);
        });

    [Fact]
    public void Default_name_has_display_name_role_time_and_randomness()
    {
        var name = UserNames.Parse(UserNames.DefaultTemplate).Iam("userpass-bob.x", "my role", Random("aws/creds/r/1"), Now);

        Assert.Matches("^vault-userpass-bob.x-my_role-1767366245-[0-9A-Za-z]{20}$", name);
    }

    [Fact]
    public void Long_names_keep_their_beginning_and_some_randomness()
    {
        var name = UserNames.Parse(UserNames.DefaultTemplate).Iam(new string('d', 40), "role", Random("aws/creds/r/1"), Now);

        Assert.Matches("^vault-d{40}-r-1767366245-[0-9A-Za-z]{4}$", name);
    }

    [Fact]
    public void Different_leases_get_different_names()
    {
        var names = UserNames.Parse(UserNames.DefaultTemplate);
        var made = Enumerable.Range(0, 2000).Select(i => names.Iam("token", "role", Random($"aws/creds/role/{i}"), Now));

        Assert.Equal(2000, made.Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData("{{ random 65 }}", "the username generated by the template exceeds the IAM username length limits of 64 chars")]
    [InlineData("a b", "the username generated by the template for type IAM is empty or has characters other than letters, digits and +=,.@_-")]
    [InlineData("{{ if eq .Type \"STS\" }}x{{ end }}", "the username generated by the template for type IAM is empty or has characters other than letters, digits and +=,.@_-")]
    public void Templates_that_make_no_valid_name_are_refused(string template, string problem) =>
        Assert.Equal(problem, Assert.Throws<NameTemplateException>(() => UserNames.Parse(template)).Message);

    [Fact]
    public void A_template_for_users_only_fails_for_sessions_when_it_is_used()
    {
        var names = UserNames.Parse("{{ random 40 }}");

        Assert.Equal(40, names.Iam("a", "b", Random("l"), Now).Length);
        Assert.Equal(
            "the username generated by the template exceeds the STS username length limits of 32 chars",
            Assert.Throws<NameTemplateException>(() => names.Sts("a", "b", Random("l"), Now)).Message);
    }

    private static TemplateInputs Inputs(string lease) => new(
        new Dictionary<string, string> { ["Type"] = "IAM", ["DisplayName"] = "token", ["PolicyName"] = "read" }, Random(lease), Now);

    private static DerivedRandom Random(string lease) => new("test", lease);
}
