using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Names;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Tests.Engines;

/// <summary>Makes accounts as a database engine would: names by a template, passwords by one of the server's policies.</summary>
internal sealed class AccountEngine(IRandom random) : IEngine, IDynamicSecret
{
    private static readonly Field<string> Template = Field.Text("username_template", "How names are made.");
    private static readonly Field<string> Policy = Field.Text("password_policy", "How passwords are made.");
    private static readonly string[] Fields = ["DisplayName", "RoleName"];

    public string Name => "account";

    public ImmutableArray<ISecretKind> Secrets => [this];

    public ImmutableArray<EnginePath> Paths =>
    [
        new("creds/{role}", "Makes an account.") { Fields = [Template, Policy], Write = PlanAsync },
    ];

    public static EngineType Type { get; } = new("account", MountClass.Secret, "for tests", context => new AccountEngine(context.Random));

    public async ValueTask<CreatedSecret> CreateAsync(SecretContext context, LeasePlan plan, CancellationToken cancellation)
    {
        using var data = JsonDocument.Parse(plan.Data.Utf8);
        var policy = data.RootElement.GetProperty("policy").GetString()!;
        var rules = await context.Storage.FindPasswordPolicyAsync(policy, cancellation)
            ?? throw new EngineException(FailureClass.Invalid, "the password policy is gone; write it again");
        var user = data.RootElement.GetProperty("user").GetString()!;
        var password = rules.Generate(random) ?? throw new EngineException(FailureClass.Invalid, "the password policy leaves no password");
        return new CreatedSecret(JsonText.Write(json =>
        {
            json.WriteString("username", user);
            json.WriteString("password", password);
        }));
    }

    public ValueTask<Renewal> RenewAsync(SecretContext context, LeasePlan plan, TimeSpan increment, CancellationToken cancellation) =>
        ValueTask.FromResult(new Renewal(TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)));

    public ValueTask RevokeAsync(SecretContext context, LeasePlan plan, CancellationToken cancellation) => ValueTask.CompletedTask;

    private async ValueTask<Reply> PlanAsync(EngineRequest request, CancellationToken cancellation)
    {
        if (await request.Storage.FindPasswordPolicyAsync(request.Get(Policy), cancellation) is null)
        {
            return Reply.Invalid("there is no such password policy; write it to sys/policies/password first");
        }

        try
        {
            var inputs = new TemplateInputs(
                new Dictionary<string, string> { ["DisplayName"] = request.Caller.DisplayName, ["RoleName"] = request.Param("role") }, random, request.Now);
            var user = NameTemplate.Parse(request.Get(Template), Fields).Render(inputs);
            return new Reply.Leased(new LeasePlan(Name, JsonText.Write(json =>
            {
                json.WriteString("user", user);
                json.WriteString("policy", request.Get(Policy));
            })));
        }
        catch (NameTemplateException error)
        {
            return Reply.Invalid($"username_template: {error.Message}");
        }
    }
}
