using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tests.Seal;

public sealed class SealTests
{
    private static readonly string[] OpenWhenSealed = ["sys/init", "sys/seal-status", "sys/health", "sys/unseal", "sys/leader"];

    private static readonly string[] Unauthenticated =
    [
        "fake/open", "sys/internal/ui/mounts", "sys/internal/ui/mounts/x", "sys/internal/specs/openapi", "sys/wrapping/lookup", "sys/wrapping/unwrap",
        .. OpenWhenSealed,
    ];

    [Fact]
    public async Task A_sealed_server_answers_only_the_few_paths()
    {
        await using var harness = await KernelHarness.StartAsync();
        await harness.SealAsync();
        var keys = await harness.RawAsync();

        var tried = 0;
        foreach (var (path, operation) in EveryPath().Where(row => !OpenWhenSealed.Contains(row.Path)))
        {
            var answer = await harness.SendAsync(operation, path, "{}");
            answer.Is(503);
            Assert.Contains("sealed", answer.Body, StringComparison.Ordinal);
            tried++;
        }

        Assert.True(tried > 100, $"only {tried}");
        foreach (var path in OpenWhenSealed)
        {
            var answer = await harness.ReadAsync(path, "");
            Assert.True(answer.Status is 200 or 405 or 503 && !answer.Body.Contains("errors\":[\"Vault is sealed", StringComparison.Ordinal), $"{path}: {answer}");
        }

        Assert.Equal(keys, await harness.RawAsync());
    }

    [Fact]
    public async Task CVE_2023_0665_without_a_token_nothing_answers_but_what_is_declared_open()
    {
        await using var harness = await KernelHarness.StartAsync();
        var before = await harness.RawAsync();
        var open = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (path, operation) in EveryPath())
        {
            foreach (var token in (string[])["", "hvs.unknown", "hvb.unknown"])
            {
                var answer = await harness.SendAsync(operation, path, """{"token":"x","lease_id":"x","path":"x","policy":"x"}""", token);
                if (answer.Status != 403)
                {
                    open.Add(path);
                }
            }
        }

        Assert.Empty(open.Except(Unauthenticated));
        Assert.Equal(before, await harness.RawAsync());
    }

    /// <summary>Also for paths that are not there: those without a token must not learn what is mounted.</summary>
    [Theory]
    [InlineData("nowhere/at/all")]
    [InlineData("sys/rekey/init")]
    [InlineData("sys/rekey/update")]
    [InlineData("sys/generate-root/attempt")]
    [InlineData("sys/generate-root/update")]
    [InlineData("sys/raw/core/mounts")]
    [InlineData("sys/storage/raft/bootstrap/challenge")]
    [InlineData("sys/storage/raft/join")]
    [InlineData("fake/no/such/path")]
    [InlineData("fake")]
    public async Task CVE_2025_4656_and_2026_5807_no_sealing_operation_is_open_to_strangers(string path)
    {
        await using var harness = await KernelHarness.StartAsync();
        var before = await harness.RawAsync();
        foreach (var operation in Enum.GetValues<Operation>().Where(operation => operation != Operation.Create))
        {
            (await harness.SendAsync(operation, path, """{"secret_shares":1,"secret_threshold":1}""", "")).Is(403);
        }

        Assert.Equal(before, await harness.RawAsync());
    }

    [Fact]
    public async Task CVE_2024_9180_a_write_that_failed_has_changed_nothing_in_memory_either()
    {
        await using var harness = await KernelHarness.StartAsync();
        await harness.WriteAsync("sys/policies/acl/p", """{"policy":"path \"fake/items/a\" { capabilities = [\"read\"] }"}""");
        var token = await harness.TokenAsync("""{"policies":["p"]}""");
        (await harness.ReadAsync("fake/items/b", token.ClientToken)).Is(403);

        harness.Store.BeforeCommit = batch => batch.Writes.Count > 0 ? throw new Coffer.Storage.StoreUnavailableException("full") : default;
        (await harness.WriteAsync("sys/policies/acl/p", """{"policy":"path \"*\" { capabilities = [\"read\"] }"}""")).Is(503);
        (await harness.WriteAsync("sys/mounts/new", """{"type":"fake"}""")).Is(503);
        harness.Store.BeforeCommit = null;

        (await harness.ReadAsync("fake/items/b", token.ClientToken)).Is(403);
        (await harness.ReadAsync("new/items/b")).Is(404);
        Assert.DoesNotContain("new/", (await harness.ReadAsync("sys/mounts")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GHSA_xp3c_3jw3_4vcr_a_deny_below_a_folder_holds_for_listing_it_as_for_reading()
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("fake/items/open/secret", """{"value":"v"}""")).Ok();
        (await harness.WriteAsync("fake/items/open/secret/y", """{"value":"v"}""")).Ok();
        await harness.WriteAsync(
            "sys/policies/acl/p",
            """{"policy":"path \"fake/items/*\" { capabilities = [\"read\",\"list\"] }\npath \"fake/items/open/+\" { capabilities = [\"deny\"] }"}""");
        var token = await harness.TokenAsync("""{"policies":["p"]}""");

        (await harness.ReadAsync("fake/items/open/secret/y", token.ClientToken)).Is(200);
        (await harness.ReadAsync("fake/items/open/secret", token.ClientToken)).Is(403);
        (await harness.SendAsync(Operation.List, "fake/items/open/secret", null, token.ClientToken)).Is(403);
        (await harness.SendAsync(Operation.List, "fake/items/open/secret/", null, token.ClientToken)).Is(403);
    }

    [Theory]
    [InlineData("root")]
    [InlineData("sys/x")]
    [InlineData("auth/x")]
    [InlineData("cubbyhole/x")]
    [InlineData("identity")]
    [InlineData("fake/x")]
    [InlineData("SYS")]
    [InlineData("Auth/x")]
    [InlineData("Identity")]
    [InlineData("Cubbyhole/x")]
    [InlineData("\uff53ys")]
    [InlineData("trail ")]
    [InlineData(" lead/x")]
    [InlineData("x/mid /y")]
    [InlineData("+")]
    [InlineData("x/*")]
    [InlineData("x/+*/y")]
    public async Task CVE_2026_55775_no_name_shadows_what_is_built_in(string path)
    {
        await using var harness = await KernelHarness.StartAsync();
        var answer = await harness.WriteAsync($"sys/mounts/{path}", """{"type":"fake"}""");
        if (path == "root")
        {
            // A name like any other: nothing here is called root but a policy.
            answer.Is(204);
            (await harness.ReadAsync("sys/mounts", "")).Is(403);
        }
        else
        {
            answer.Is(400);
        }
    }

    [Theory]
    [InlineData("auth/Token", "sys/auth/Token", "fakelogin")]
    [InlineData("Sys/x", "sys/mounts/fresh", "fake")]
    [InlineData("trail /x", "sys/mounts/fresh", "fake")]
    public async Task No_mount_is_moved_or_made_where_its_path_looks_like_what_is_built_in_or_ends_in_a_blank(string path, string made, string type)
    {
        await using var harness = await KernelHarness.StartAsync();
        var isAuth = path.StartsWith("auth/", StringComparison.Ordinal);
        (await harness.WriteAsync(made, $$"""{"type":"{{type}}"}""")).Is(isAuth ? 400 : 204);
        if (isAuth)
        {
            (await harness.WriteAsync("sys/auth/fresh", """{"type":"fakelogin"}""")).Is(204);
        }

        var refused = (await harness.WriteAsync("sys/remount", $$"""{"from":"{{(isAuth ? "auth/" : "")}}fresh","to":"{{path}}"}""")).Is(400);
        Assert.Contains("'to': ", refused.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_is_initialised_once()
    {
        await using var harness = KernelHarness.StartEmpty();
        (await harness.WriteAsync("sys/unseal", """{"key":"00"}""", "")).Is(400);
        (await harness.WriteAsync("fake/creds/a", null, "")).Is(503);
        var first = (await harness.WriteAsync("sys/init", """{"secret_shares":3,"secret_threshold":2}""", "")).Is(200);
        var raw = await harness.RawAsync();

        (await harness.WriteAsync("sys/init", """{"secret_shares":1,"secret_threshold":1}""", "")).Is(400);

        Assert.Equal(raw, await harness.RawAsync());
        var shares = first.Json["keys"]!.AsArray().Select(key => (string)key!).ToArray();
        Assert.Equal(3, shares.Length);
        Assert.Equal(1, (int)(await harness.WriteAsync("sys/unseal", $$"""{"key":"{{shares[2]}}"}""", "")).Json["progress"]!);
        Assert.False((bool)(await harness.WriteAsync("sys/unseal", $$"""{"key":"{{shares[0]}}"}""", "")).Json["sealed"]!);
        (await harness.ReadAsync("auth/token/lookup-self", (string)first.Json["root_token"]!)).Is(200);
    }

    [Fact]
    public async Task Initialising_at_the_same_moment_makes_one_set_of_keys()
    {
        await using var harness = KernelHarness.StartEmpty();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
            harness.WriteAsync("sys/init", """{"secret_shares":1,"secret_threshold":1}""", ""))));

        var made = Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer != made), answer => answer.Is(400));
        (await harness.WriteAsync("sys/unseal", $$"""{"key":"{{made.Json["keys"]![0]}}"}""", "")).Is(200);
        (await harness.ReadAsync("auth/token/lookup-self", (string)made.Json["root_token"]!)).Is(200);
    }

    [Theory]
    [InlineData("""{"secret_shares":0,"secret_threshold":0}""")]
    [InlineData("""{"secret_shares":2,"secret_threshold":3}""")]
    [InlineData("""{"secret_shares":2,"secret_threshold":1}""")]
    [InlineData("""{"secret_shares":256,"secret_threshold":2}""")]
    [InlineData("""{"secret_shares":-1,"secret_threshold":-1}""")]
    [InlineData("""{"secret_shares":9999999999,"secret_threshold":9999999999}""")]
    [InlineData("""{"secret_shares":"many","secret_threshold":1}""")]
    [InlineData("""{"secret_shares":{},"secret_threshold":[]}""")]
    [InlineData("""{"secret_shares":1,"secret_threshold":1,"pgp_keys":["x"]}""")]
    [InlineData("{}")]
    public async Task A_wrong_way_to_initialise_is_refused_and_changes_nothing(string body)
    {
        await using var harness = KernelHarness.StartEmpty();
        (await harness.WriteAsync("sys/init", body, "")).Is(400);
        Assert.Equal("", await harness.RawAsync());
    }

    [Fact]
    public async Task Wrong_shares_open_nothing_and_right_ones_still_do_afterwards()
    {
        await using var harness = KernelHarness.StartEmpty();
        var made = (await harness.WriteAsync("sys/init", """{"secret_shares":3,"secret_threshold":2}""", "")).Is(200);
        var shares = made.Json["keys"]!.AsArray().Select(key => (string)key!).ToArray();
        var wrong = (shares[1][0] == '0' ? '1' : '0') + shares[1][1..];

        foreach (var junk in (string[])["zz", "00", "!!", "", new string('0', 66), new string('a', 10_000)])
        {
            var answer = await harness.WriteAsync("sys/unseal", $$"""{"key":"{{junk}}"}""", "");
            if (answer.Status == 200)
            {
                await harness.WriteAsync("sys/unseal", """{"reset":true}""", "");
            }

            Assert.True(harness.Kernel.IsSealed);
        }

        await harness.WriteAsync("sys/unseal", $$"""{"key":"{{shares[0]}}"}""", "");
        (await harness.WriteAsync("sys/unseal", $$"""{"key":"{{wrong}}"}""", "")).Is(400);
        Assert.True(harness.Kernel.IsSealed);
        Assert.Equal(0, (int)(await harness.ReadAsync("sys/seal-status", "")).Json["progress"]!);

        // The same share twice is one share.
        await harness.WriteAsync("sys/unseal", $$"""{"key":"{{shares[0]}}"}""", "");
        await harness.WriteAsync("sys/unseal", $$"""{"key":"{{shares[0]}}"}""", "");
        Assert.True(harness.Kernel.IsSealed);
        await harness.WriteAsync("sys/unseal", $$"""{"key":"{{shares[2]}}"}""", "");
        Assert.False(harness.Kernel.IsSealed);
    }

    [Fact]
    public async Task What_was_written_is_there_after_sealing_and_after_a_restart()
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("fake/items/x", """{"value":"kept"}""")).Ok();
        await harness.SealAsync();
        (await harness.ReadAsync("fake/items/x")).Is(503);
        await harness.UnsealAsync();
        Assert.Equal("kept", (string?)(await harness.ReadAsync("fake/items/x")).Data["value"]);
        await harness.RestartAsync();
        Assert.Equal("kept", (string?)(await harness.ReadAsync("fake/items/x")).Data["value"]);
    }

    [Fact]
    public async Task Sealing_and_unsealing_under_load_loses_no_acknowledged_write()
    {
        await using var harness = await KernelHarness.StartAsync();
        var written = 0;
        using var progress = new SemaphoreSlim(0);
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var answer = await harness.WriteAsync("fake/counter");
                Assert.Contains(answer.Status, (int[])[204, 503]);
                if (answer.Status == 204)
                {
                    Interlocked.Increment(ref written);
                    progress.Release();
                }
            }
        })).ToArray();
        for (var i = 0; i < 10; i++)
        {
            for (var writes = 0; writes < 4; writes++)
            {
                await progress.WaitAsync(TestContext.Current.CancellationToken);
            }

            await harness.SealAsync();
            await harness.UnsealAsync();
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);

        Assert.Equal(written, (int)(await harness.ReadAsync("fake/counter")).Data["count"]!);
    }

    [Fact]
    public async Task GHSA_rh46_vc3j_w2w3_no_request_starts_what_only_the_kernel_may()
    {
        await using var harness = await KernelHarness.StartAsync();

        // Operations of clients; renewing and revoking are methods of another type altogether.
        Assert.Equal(["Read", "List", "Create", "Update", "Patch", "Delete"], Enum.GetNames<Operation>());
        (await harness.SendAsync(Operation.Create, "auth/token/create", "{}", "")).Is(403);
    }

    internal static IEnumerable<string> EveryReadablePath() => EveryPath().Where(row => row.Operation == Operation.Read).Select(row => row.Path);

    /// <summary>Every declared path of every mounted engine, with something in the place of its parameters, with every operation.</summary>
    private static IEnumerable<(string Path, Operation Operation)> EveryPath()
    {
        var mounts = new[]
        {
            ("sys/", BuiltInTables.Of("sys/")), ("auth/token/", BuiltInTables.Of("auth/token/")), ("fake/", new FakeEngine(new OutsideWorld()).Paths),
        };
        foreach (var (mount, paths) in mounts)
        {
            foreach (var path in paths)
            {
                var filled = System.Text.RegularExpressions.Regex.Replace(path.Template, @"\{[^}]*\}", "x");
                foreach (var operation in Enum.GetValues<Operation>().Where(operation => path.HandlerOf(operation) is not null))
                {
                    yield return (mount + filled, operation);
                }
            }
        }
    }
}
