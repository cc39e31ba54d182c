using Coffer.Secrets.Aws;
using Coffer.Secrets.Aws.Names;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Aws;

public sealed class RootConfigTests : IAsyncDisposable
{
    private readonly EngineHarness _engine = new(AwsEngine.Type);

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task Nothing_is_there_before_the_first_write() => (await _engine.ReadAsync("config/root")).AssertRefused(404);

    [Fact]
    public async Task All_but_the_secret_key_is_given_back()
    {
        await WriteAsync(
            """
            {"access_key":"AKIA1","secret_key":"hush","region":"eu-central-1","iam_endpoint":"https://iam.example.org",
             "sts_endpoint":"https://sts.example.org","sts_region":"eu-west-1","max_retries":5,"username_template":"x-{{random 8}}"}
            """);

        var data = (await _engine.ReadAsync("config/root")).Data();
        Assert.Equal("AKIA1", (string?)data["access_key"]);
        Assert.Equal("eu-central-1", (string?)data["region"]);
        Assert.Equal("https://iam.example.org", (string?)data["iam_endpoint"]);
        Assert.Equal("https://sts.example.org", (string?)data["sts_endpoint"]);
        Assert.Equal("eu-west-1", (string?)data["sts_region"]);
        Assert.Equal(5, (int)data["max_retries"]!);
        Assert.Equal("x-{{random 8}}", (string?)data["username_template"]);
        Assert.Null(data["secret_key"]);
        Assert.DoesNotContain("hush", data.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"region":"us-east-2"}""")]
    [InlineData("{}")]
    [InlineData(null)]
    public async Task A_write_replaces_everything_but_the_key_pair(string? json)
    {
        await WriteAsync("""{"access_key":"AKIA1","secret_key":"x","iam_endpoint":"https://i","max_retries":2,"username_template":"{{random 9}}"}""");
        (await _engine.WriteAsync("config/root", json)).AssertDone();

        var data = (await _engine.ReadAsync("config/root")).Data();
        Assert.Equal("AKIA1", (string?)data["access_key"]);
        Assert.Equal("", (string?)data["iam_endpoint"]);
        Assert.Equal(-1, (int)data["max_retries"]!);
        Assert.Equal(UserNames.DefaultTemplate, (string?)data["username_template"]);
        Assert.Contains("\"x\"", await _engine.Store.TextAsync("config/root"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Numbers_are_taken_as_text_and_text_as_numbers()
    {
        await WriteAsync("""{"access_key":12345,"secret_key":true,"max_retries":"7","unheard_of":"z"}""");

        var data = (await _engine.ReadAsync("config/root")).Data();
        Assert.Equal("12345", (string?)data["access_key"]);
        Assert.Equal(7, (int)data["max_retries"]!);
    }

    [Theory]
    [InlineData("""{"max_retries":"many"}""")]
    [InlineData("""{"access_key":["a","b"]}""")]
    [InlineData("""{"region":{"a":"b"}}""")]
    public async Task Wrong_types_are_refused_and_change_nothing(string json)
    {
        await WriteAsync("""{"access_key":"kept"}""");

        Assert.Equal(400, (await _engine.WriteAsync("config/root", json)).Status());
        Assert.Equal("kept", (string?)(await _engine.ReadAsync("config/root")).Data()["access_key"]);
    }

    [Fact]
    public async Task Methods_that_are_not_there_are_refused()
    {
        Assert.Equal(405, (await _engine.DeleteAsync("config/root")).Status());
        Assert.Equal(405, (await _engine.ReadAsync("config/rotate-root")).Status());
        Assert.Equal(404, (await _engine.ReadAsync("config")).Status());
        Assert.Equal(404, (await _engine.WriteAsync("config/other", "{}")).Status());
    }

    [Fact]
    public async Task A_template_that_cannot_make_a_name_is_refused_when_it_is_written() =>
        (await _engine.WriteAsync("config/root", """{"username_template":"{{ .Nope }}"}"""))
            .AssertRefused(400, "unable to initialize username template: the field at 3 is not known; there are .DisplayName, .PolicyName, .Type");

    public static TheoryData<string, string> Endpoints()
    {
        var rows = new TheoryData<string, string>();
        foreach (var field in new[] { "iam_endpoint", "sts_endpoint" })
        {
            foreach (var url in new[]
            {
                "localhost:1", "iam.amazonaws.com", "nonsense", "ftp://iam.example.org", "file:///etc/passwd", "http://", "https:///x", "/x", "http://a b/",
                "https://user:pass@iam.example.org", "https://user@iam.example.org", "https://iam.example.org/?a=b", "https://iam.example.org/#f",
                "https://iam.example.org\n", " https://iam.example.org", "http://[::1", "http://iam.example.org:99999",
            })
            {
                rows.Add(field, url);
            }
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task An_endpoint_that_is_no_url_is_refused_by_name_and_not_repeated(string field, string url)
    {
        await WriteAsync("""{"access_key":"kept","secret_key":"x","region":"us-east-1"}""");
        var expected = $"config/root: {field} must be an absolute http or https URL without user, query and fragment, such as https://iam.amazonaws.com";
        var body = new System.Text.Json.Nodes.JsonObject { [field] = url }.ToJsonString();

        (await _engine.WriteAsync("config/root", body)).AssertRefused(400, expected);
        (await _engine.PatchAsync("config/root", body)).AssertRefused(400, expected);

        Assert.Equal("us-east-1", (string?)(await _engine.ReadAsync("config/root")).Data()["region"]);
    }

    [Theory]
    [InlineData("https://iam.example.org")]
    [InlineData("http://127.0.0.1:5000")]
    [InlineData("http://127.0.0.1:5000/prefix/")]
    [InlineData("https://[::1]:443/")]
    [InlineData("http://localhost:4566")]
    public Task An_endpoint_that_is_a_url_is_taken(string url) => WriteAsync($$"""{"iam_endpoint":"{{url}}","sts_endpoint":"{{url}}"}""");

    [Theory]
    [InlineData("region")]
    [InlineData("sts_region")]
    public async Task A_region_with_characters_that_no_region_has_is_refused(string field) =>
        (await _engine.WriteAsync("config/root", $$"""{"{{field}}":"eu/../west"}"""))
            .AssertRefused(400, $"config/root: {field} must hold only letters, digits and hyphens");

    [Theory]
    [InlineData("""{"role_arn":"arn:aws:iam::1:role/r"}""", "role_arn")]
    [InlineData("""{"sts_fallback_regions":["us-east-1"]}""", "sts_fallback_regions")]
    [InlineData("""{"rotation_period":3600}""", "rotation_period")]
    public async Task Settings_that_would_choose_other_credentials_are_refused_rather_than_passed_over(string json, string name) =>
        (await _engine.WriteAsync("config/root", json)).AssertRefused(400, $"{name} is not supported by this version; leave it out");

    [Fact]
    public Task Settings_that_ask_for_nothing_are_passed_over() =>
        WriteAsync("""{"role_arn":"","identity_token_ttl":3600,"sts_fallback_regions":[],"rotation_period":0,"rotation_window":null}""");

    [Fact]
    public async Task Rotating_says_what_is_missing()
    {
        (await _engine.WriteAsync("config/rotate-root")).AssertRefused(500, "1 error occurred:\n\t* no configuration found for config/root\n\n");

        await WriteAsync("""{"region":"us-east-1"}""");
        (await _engine.WriteAsync("config/rotate-root"))
            .AssertRefused(400, "Cannot call config/rotate-root when either access_key or secret_key is empty");

        await WriteAsync("""{"access_key":"AKIA1"}""");
        (await _engine.WriteAsync("config/rotate-root")).AssertRefused(
            500,
            "1 error occurred:\n\t* static AWS client credentials haven't been properly configured (the access key or secret key were provided but not both)\n\n");
    }

    private async Task WriteAsync(string json) => (await _engine.WriteAsync("config/root", json)).AssertDone();
}
