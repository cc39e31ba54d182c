using System.Text;
using Coffer.Auth.Userpass;
using Coffer.Sdk.Replies;
using Coffer.Testing.Engines;

namespace Coffer.Auth.Tests.Userpass;

/// <summary>Users whose password is given as a bcrypt hash. The hashes are those of crypt(3).</summary>
public sealed class BcryptTests : IAsyncDisposable
{
    private const string OfHunter2 = "$2b$05$abcdefghijklmnopqrstuuoXuKqgZXLiJqzfmMXDDhSFPIvxV7t8.";

    private readonly EngineHarness _harness = new(UserpassMethod.Type);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Known => new()
    {
        { OfHunter2, "hunter2" },
        { OfHunter2.Replace("$2b$", "$2a$", StringComparison.Ordinal), "hunter2" },
        { OfHunter2.Replace("$2b$", "$2y$", StringComparison.Ordinal), "hunter2" },
        { "$2b$05$abcdefghijklmnopqrstuuQNr.NUko7cjRuTOhPz.WP0eA4f4.Xuq", "p\u00e4ss" },
        { "$2b$05$abcdefghijklmnopqrstuujf8SX2ahXLwp9w/B.Y5XdysS6yR576q", new string('x', 80) },
    };

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Theory]
    [MemberData(nameof(Known))]
    public async Task A_user_whose_password_was_given_as_a_hash_logs_in_with_the_password(string hash, string password)
    {
        (await _harness.WriteAsync("users/ann", $$"""{"password_hash": "{{hash}}", "token_policies": "dev"}""")).AssertDone();

        Assert.Equal(["dev"], (await LoginAsync(password)).Grant().Policies);
        (await LoginAsync(password[..^1] + "?")).AssertRefused(400, "invalid username or password");
    }

    [Fact]
    public async Task The_first_good_login_replaces_the_hash_by_one_of_the_servers_own()
    {
        await _harness.WriteAsync("users/ann", $$"""{"password_hash": "{{OfHunter2}}", "token_ttl": "5m"}""");
        await LoginAsync("wrong");
        Assert.Equal((null, OfHunter2), Hashes(await RecordAsync()));

        (await LoginAsync("hunter2")).Grant();

        var (own, given) = Hashes(await RecordAsync());
        Assert.True(own!.Fits("hunter2"));
        Assert.Null(given);
        Assert.Equal(TimeSpan.FromMinutes(5), (await LoginAsync("hunter2")).Grant().Ttl);
        (await LoginAsync("wrong")).AssertRefused(400, "invalid username or password");
    }

    [Fact]
    public async Task A_login_that_is_refused_for_another_reason_replaces_nothing()
    {
        await _harness.WriteAsync("users/ann", $$"""{"password_hash": "{{OfHunter2}}", "token_bound_cidrs": "10.0.0.0/8"}""");

        (await LoginAsync("hunter2")).AssertRefused(403, "permission denied");

        Assert.Equal((null, OfHunter2), Hashes(await RecordAsync()));
    }

    [Theory]
    [InlineData("password")]
    [InlineData("password_hash")]
    public async Task A_new_password_of_either_kind_takes_the_place_of_the_other(string kind)
    {
        await _harness.WriteAsync("users/ann", kind == "password" ? $$"""{"password_hash": "{{OfHunter2}}"}""" : """{"password": "old"}""");
        (await _harness.WriteAsync("users/ann/password", kind == "password" ? """{"password": "new"}""" : $$"""{"password_hash": "{{OfHunter2}}"}""")).AssertDone();

        (await LoginAsync(kind == "password" ? "new" : "hunter2")).Grant();
        (await LoginAsync(kind == "password" ? "hunter2" : "old")).AssertRefused(400, "invalid username or password");
    }

    [Fact]
    public async Task A_write_that_names_neither_keeps_the_hash_which_no_answer_shows()
    {
        await _harness.WriteAsync("users/ann", $$"""{"password_hash": "{{OfHunter2}}"}""");
        (await _harness.WriteAsync("users/ann", """{"token_ttl": "5m"}""")).AssertDone();

        var shown = Assert.IsType<Reply.Data>(await _harness.ReadAsync("users/ann"));

        Assert.DoesNotContain("$2b$", Encoding.UTF8.GetString(shown.Body.Utf8.Span), StringComparison.Ordinal);
        Assert.DoesNotContain("$2b$", new BcryptHash(OfHunter2).ToString(), StringComparison.Ordinal);
        (await LoginAsync("hunter2")).Grant();
    }

    [Theory]
    [InlineData("users/ann")]
    [InlineData("users/ann/password")]
    public async Task A_password_and_a_hash_together_are_refused(string path)
    {
        await _harness.WriteAsync("users/ann", """{"password": "p"}""");

        (await _harness.WriteAsync(path, $$"""{"password": "q", "password_hash": "{{OfHunter2}}"}""")).AssertRefused(400, "only one of password and password_hash can be given: leave one out");
        (await LoginAsync("p")).Grant();
    }

    [Theory]
    [InlineData("hunter2", "must be a bcrypt hash")]
    [InlineData("$2b$05$abcdefghijklmnopqrstuuoXuKqgZXLiJqzfmMXDDhSFPIvxV7t8", "must be a bcrypt hash")]
    [InlineData("$2b$05$abcdefghijklmnopqrstuuoXuKqgZXLiJqzfmMXDDhSFPIvxV7t8.\\n", "must be a bcrypt hash")]
    [InlineData("$2x$05$abcdefghijklmnopqrstuuoXuKqgZXLiJqzfmMXDDhSFPIvxV7t8.", "must be a bcrypt hash")]
    [InlineData("$2b$05$abcdefghijklmnopqrstuvoXuKqgZXLiJqzfmMXDDhSFPIvxV7t8.", "must be a bcrypt hash")]
    [InlineData("$1$abcdefgh$abcdefghijklmnopqrstuv", "must be a bcrypt hash")]
    [InlineData("$2b$04$abcdefghijklmnopqrstuuoXuKqgZXLiJqzfmMXDDhSFPIvxV7t8.", "must be from 5 to 12")]
    [InlineData("$2b$13$abcdefghijklmnopqrstuuoXuKqgZXLiJqzfmMXDDhSFPIvxV7t8.", "must be from 5 to 12")]
    public async Task What_is_no_bcrypt_hash_of_a_bearable_cost_is_refused(string hash, string problem)
    {
        var refused = Assert.IsType<Reply.Refused>(await _harness.WriteAsync("users/ann", $$"""{"password_hash": "{{hash}}"}"""));

        Assert.Contains(problem, Assert.Single(refused.Error.Messages), StringComparison.Ordinal);
        (await _harness.ReadAsync("users/ann")).AssertRefused(404);
    }

    private static (PasswordHash? Own, string? Given) Hashes(UserRecord record) => (record.Password, record.Bcrypt?.Text);

    private Task<Reply> LoginAsync(string password) => _harness.WriteAsync("login/ann", $$"""{"password": "{{password}}"}""");

    private async Task<UserRecord> RecordAsync() =>
        (await _harness.Store.GetAsync(UserRecord.KeyOf(UserName.Of("ann")), UserpassJson.Default.UserRecord, Cancel))!;
}
