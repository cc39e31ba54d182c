using System.Collections.Immutable;
using Coffer.Auth.Userpass;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Logins;
using Coffer.Sdk.Replies;
using Coffer.Testing.Engines;

namespace Coffer.Auth.Tests.Userpass;

public sealed class UserpassTests : IAsyncDisposable
{
    private readonly EngineHarness _harness = new(UserpassMethod.Type);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task A_name_and_its_password_give_a_login_on_the_terms_of_the_user()
    {
        await _harness.WriteAsync("users/ann", """{"password": "right", "token_policies": ["dev"], "token_ttl": "10m", "token_type": "batch"}""");

        var grant = await LoginAsync("ann", "right");

        Assert.Equal(("ann", "ann", TimeSpan.FromMinutes(10), LoginTokenKind.Batch), (grant.DisplayName, grant.AliasName, grant.Ttl, grant.Kind));
        Assert.Equal(["dev"], grant.Policies);
        Assert.Equal("ann", grant.Metadata["username"]);
    }

    [Theory]
    [InlineData("ann", "wrong")]
    [InlineData("ann", "Right")]
    [InlineData("ann", "right ")]
    [InlineData("bob", "right")]
    public async Task A_wrong_password_and_an_unknown_name_are_answered_alike(string name, string password)
    {
        await _harness.WriteAsync("users/ann", """{"password": "right"}""");

        var reply = await _harness.WriteAsync($"login/{name}", $$"""{"password": "{{password}}"}""");

        reply.AssertRefused(400, "invalid username or password");
    }

    [Fact]
    public async Task CVE_2025_6011_an_unknown_name_costs_the_same_work_as_a_wrong_password()
    {
        await _harness.WriteAsync("users/ann", """{"password": "right"}""");
        var user = await _harness.Store.GetAsync(UserRecord.KeyOf(UserName.Of("ann")), UserpassJson.Default.UserRecord, Cancel);

        // The work is the rounds of the hash, so these are compared, and not the time they take.
        Assert.Equal(user!.Password!.Rounds, PasswordHash.OfNobody.Rounds);
        Assert.Equal(user.Password.Salt.Length, PasswordHash.OfNobody.Salt.Length);
        Assert.Equal(user.Password.Hash.Length, PasswordHash.OfNobody.Hash.Length);
    }

    [Theory]
    [InlineData("MixedCase")]
    [InlineData("mixedcase")]
    [InlineData("MIXEDCASE")]
    public async Task CVE_2025_6004_every_spelling_of_a_name_is_one_user(string spelling)
    {
        await _harness.WriteAsync("users/MixedCase", """{"password": "p"}""");

        var grant = await LoginAsync(spelling, "p");

        Assert.Equal("mixedcase", grant.AliasName);
        Assert.Equal(["mixedcase"], (await _harness.ListAsync("users")).Keys());
        await _harness.DeleteAsync($"users/{spelling}");
        (await _harness.ListAsync("users")).AssertRefused(404);
    }

    [Theory]
    [InlineData("MixedCase")]
    [InlineData("mixedcase")]
    [InlineData("MIXEDCASE")]
    public async Task CVE_2025_6004_a_failure_counts_under_the_name_that_a_login_would_have_and_for_unknown_names_too(string spelling)
    {
        var ofNobody = Assert.IsType<Reply.Refused>(await _harness.WriteAsync($"login/{spelling}", """{"password": "wrong"}"""));
        await _harness.WriteAsync("users/MixedCase", """{"password": "p"}""");
        var ofSomebody = Assert.IsType<Reply.Refused>(await _harness.WriteAsync($"login/{spelling}", """{"password": "wrong"}"""));

        Assert.Equal((await LoginAsync(spelling, "p")).AliasName, ofSomebody.FailedLogin);
        Assert.Equal(ofSomebody.FailedLogin, ofNobody.FailedLogin);
    }

    [Fact]
    public async Task The_password_is_nowhere_in_the_store_and_equal_ones_look_different()
    {
        await _harness.WriteAsync("users/ann", """{"password": "hunter2-hunter2"}""");
        await _harness.WriteAsync("users/bob", """{"password": "hunter2-hunter2"}""");

        var ann = await RecordAsync("ann");
        var bob = await RecordAsync("bob");

        Assert.DoesNotContain("hunter2", ann, StringComparison.Ordinal);
        Assert.NotEqual(ann, bob);
    }

    [Fact]
    public async Task A_login_from_outside_the_bound_networks_is_refused_although_the_password_is_right()
    {
        await _harness.WriteAsync("users/ann", """{"password": "p", "token_bound_cidrs": "10.0.0.0/8"}""");

        (await _harness.WriteAsync("login/ann", """{"password": "p"}""")).AssertRefused(403, "permission denied");
        _harness.RemoteAddress = "10.1.2.3";
        Assert.Equal("ann", (await LoginAsync("ann", "p")).AliasName);
        _harness.RemoteAddress = "";
        (await _harness.WriteAsync("login/ann", """{"password": "p"}""")).AssertRefused(403, "permission denied");
    }

    [Theory]
    [InlineData("""{"password": "p", "token_ttl": "2h", "token_max_ttl": "1h"}""", "'token_ttl' cannot be greater than 'token_max_ttl'")]
    [InlineData("""{"password": "p", "token_num_uses": -1}""", "'token_num_uses' cannot be negative")]
    [InlineData("""{"password": "p", "token_type": "odd"}""", "invalid 'token_type' value: it must be default, service, batch, default-service or default-batch")]
    [InlineData("""{"password": "p", "token_type": "batch", "token_period": "1h"}""", "'token_type' cannot be 'batch' or 'default_batch' when set to generate periodic tokens")]
    [InlineData("""{"token_policies": "dev"}""", "missing password")]
    public async Task A_user_that_is_refused_is_not_there_afterwards(string json, string problem)
    {
        (await _harness.WriteAsync("users/v", json)).AssertRefused(400, problem);

        (await _harness.ReadAsync("users/v")).AssertRefused(404);
    }

    [Fact]
    public async Task A_write_changes_only_what_it_names_and_a_password_change_only_that()
    {
        await _harness.WriteAsync("users/ann", """{"password": "one", "token_policies": "dev", "token_ttl": "5m"}""");
        await _harness.WriteAsync("users/ann", """{"token_max_ttl": "1h"}""");
        await _harness.WriteAsync("users/ann/password", """{"password": "two"}""");

        var grant = await LoginAsync("ann", "two");

        Assert.Equal((TimeSpan.FromMinutes(5), TimeSpan.FromHours(1)), (grant.Ttl, grant.MaxTtl));
        Assert.Equal(["dev"], grant.Policies);
        (await _harness.WriteAsync("login/ann", """{"password": "one"}""")).AssertRefused(400, "invalid username or password");
    }

    [Theory]
    [InlineData("users/ghost/password", """{"password": "p"}""")]
    [InlineData("users/ghost/policies", """{"policies": "p"}""")]
    public async Task A_part_of_a_user_who_is_not_there_cannot_be_changed(string path, string json) =>
        (await _harness.WriteAsync(path, json)).AssertRefused(400, "username does not exist");

    [Fact]
    public async Task A_renewal_looks_at_the_user_as_it_is_now()
    {
        await _harness.WriteAsync("users/ann", """{"password": "p", "token_policies": "one", "token_ttl": "5m"}""");
        var grant = await LoginAsync("ann", "p");

        Assert.Equal(new LoginRenewal.Granted(TimeSpan.FromMinutes(5), default, default), await RenewAsync(grant, "default", "one"));
        await _harness.WriteAsync("users/ann/policies", """{"token_policies": "ONE,default"}""");
        Assert.IsType<LoginRenewal.Granted>(await RenewAsync(grant, "default", "one"));
        await _harness.WriteAsync("users/ann/policies", """{"token_policies": "two"}""");
        Assert.Equal(new LoginRenewal.Refused("policies have changed, not renewing"), await RenewAsync(grant, "default", "one"));
        await _harness.DeleteAsync("users/ann");
        Assert.IsType<LoginRenewal.Refused>(await RenewAsync(grant, "default", "one"));
    }

    private async Task<LoginGrant> LoginAsync(string name, string password) =>
        (await _harness.WriteAsync($"login/{name}", $$"""{"password": "{{password}}"}""")).Grant();

    private async Task<LoginRenewal> RenewAsync(LoginGrant grant, params ImmutableArray<string> policies) =>
        await ((IAuthMethod)await _harness.EngineAsync()).RenewAsync(new LoginRenewalRequest(_harness.Store, grant.Internal, policies, EngineHarness.Start, new RequestMemory()), Cancel);

    private async Task<string> RecordAsync(string name) =>
        System.Text.Encoding.UTF8.GetString((await _harness.Store.GetAsync(UserRecord.KeyOf(UserName.Of(name)), Cancel))!.Value.Span);
}
