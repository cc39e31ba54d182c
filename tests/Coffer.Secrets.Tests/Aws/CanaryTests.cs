using Coffer.AwsSandbox.Faults;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Aws;

/// <summary>Secrets stand in the store's configuration and in the one reply that tells them, and nowhere else.</summary>
public sealed class CanaryTests : AwsTest
{
    [Fact]
    public async Task No_secret_is_in_a_plan_an_error_a_tag_or_a_printed_object()
    {
        await RoleAsync("r", """{"credential_type":"iam_user","policy_arns":"arn:aws:iam::123456789012:policy/read"}""");
        var lease = await IssueAsync("r");
        var secret = (string)lease.Created!.Data()["secret_key"]!;
        var seen = new List<string>
        {
            lease.Plan.Data().ToJsonString(), lease.Plan.ToString(), lease.Created!.ToString(), lease.Created!.Data.ToString(), Sandbox.Dump(),
            (await Engine.EngineAsync()).ToString()!, (await Engine.ReadAsync("config/root")).ToString(), (await Engine.ReadAsync("config/root")).DataText(),
        };
        foreach (var key in (await Engine.Store.KeysAsync()).Where(key => key != "config/root"))
        {
            seen.Add(await Engine.Store.TextAsync(key));
        }

        for (var n = 0; n < 4; n++)
        {
            foreach (var code in new[] { "AccessDenied", "SignatureDoesNotMatch", "ServiceFailure" })
            {
                Sandbox.Faults.Add(new SandboxFault { Skip = n, Code = code, Status = 403, Times = 0 });
                seen.Add((await Failed((await PlanAsync("r")).CreateAsync())).ToString());
                seen.Add((await Failed(lease.RevokeAsync())).ToString());
                Sandbox.Faults.Clear();
            }
        }

        await ConfigureAsync(new("AKIAIOSFODNN7NOBODYS", RootSecret));
        seen.Add((await Failed(lease.CreateAsync())).ToString());

        Assert.Contains(RootSecret, await Engine.Store.TextAsync("config/root"), StringComparison.Ordinal);
        Assert.All(seen, text => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        Assert.All(seen, text => Assert.DoesNotContain(RootSecret, text, StringComparison.Ordinal));
    }
}
