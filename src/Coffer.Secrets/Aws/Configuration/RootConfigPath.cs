using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Names;
using Coffer.Sdk.Replies;
using Coffer.Secrets.Aws.Names;

namespace Coffer.Secrets.Aws.Configuration;

/// <summary>
/// The path <c>config/root</c>: a write replaces all of it but a key pair that it does not name, a patch changes what it names, a read gives all but the
/// secret key.
/// </summary>
internal static class RootConfigPath
{
    private const string NoPair =
        "config/root has no key pair now: until one is written, or use_environment=true is, this mount makes no credentials and cannot remove those it made";

    private static readonly Field<string> Region = Field.Text("region", "AWS region. Default: AWS_REGION, AWS_DEFAULT_REGION, us-east-1.");
    private static readonly Field<string> IamEndpoint = Field.Text("iam_endpoint", "URL of IAM, when it is not AWS's own.");
    private static readonly Field<string> StsEndpoint = Field.Text("sts_endpoint", "URL of STS, when it is not the region's own.");
    private static readonly Field<string> StsRegion = Field.Text("sts_region", "Region that calls to STS are signed for, when it is not region.");
    private static readonly Field<long> MaxRetries = Field.Integer("max_retries", "Repetitions of a failed call, 20 at most; -1 means the default.", -1);

    private static readonly Field<string> UsernameTemplate =
        Field.Text("username_template", "Template for names of IAM users and STS sessions.", UserNames.DefaultTemplate);

    /// <summary>Settings of Vault's that are not here yet. Passing over them would use other credentials than the operator means.</summary>
    private static readonly ImmutableArray<string> Unsupported =
    [
        "role_arn", "identity_token_audience", "sts_fallback_endpoints", "sts_fallback_regions",
        "rotation_period", "rotation_schedule", "rotation_window",
    ];

    public static EnginePath Path { get; } = new(RootConfig.Key, "Credentials and endpoints that this mount uses to reach AWS.")
    {
        Fields = [RootKeys.AccessKeyField, RootKeys.SecretKeyField, RootKeys.EnvironmentField, Region, IamEndpoint, StsEndpoint, StsRegion, MaxRetries, UsernameTemplate],
        Read = ReadAsync,
        Write = (request, cancellation) => ChangeAsync(request, patching: false, cancellation),
        Patch = (request, cancellation) => ChangeAsync(request, patching: true, cancellation),
    };

    private static async ValueTask<Reply> ReadAsync(EngineRequest request, CancellationToken cancellation)
    {
        var config = await request.Storage.GetAsync(RootConfig.Key, AwsJson.Default.RootConfig, cancellation);
        return config is null ? Reply.NotFound : Reply.With(json =>
        {
            json.WriteString("access_key", config.AccessKey);
            json.WriteBoolean("use_environment", config.IsEnvironment());
            json.WriteString("region", config.Region);
            json.WriteString("iam_endpoint", config.IamEndpoint);
            json.WriteString("sts_endpoint", config.StsEndpoint);
            json.WriteString("sts_region", config.StsRegion);
            json.WriteNumber("max_retries", config.MaxRetries);
            json.WriteString("username_template", config.UsernameTemplate);
        });
    }

    private static async ValueTask<Reply> ChangeAsync(EngineRequest request, bool patching, CancellationToken cancellation)
    {
        var stored = await request.Storage.GetAsync(RootConfig.Key, AwsJson.Default.RootConfig, cancellation);
        if (patching && stored is null)
        {
            return Reply.NotFound;
        }

        if (Unsupported.FirstOrDefault(name => IsGiven(request.Data, name)) is { } unsupported)
        {
            return Reply.Invalid($"{unsupported} is not supported by this version; leave it out");
        }

        // Everything but the key pair falls back to its default in a write, as in Vault; a patch leaves it.
        var basis = patching ? stored! : RootConfig.Default;
        var template = After(UsernameTemplate, basis.UsernameTemplate);
        template = template.Length > 0 ? template : UserNames.DefaultTemplate;
        try
        {
            UserNames.Parse(template);
        }
        catch (NameTemplateException error)
        {
            return Reply.Invalid($"unable to initialize username template: {error.Message}");
        }

        if (RootKeys.After(request, stored, Named(RootKeys.AccessKeyField), Named(RootKeys.SecretKeyField), out var problem) is not { } keys)
        {
            return Reply.Invalid(problem);
        }

        var config = new RootConfig
        {
            AccessKey = keys.AccessKey,
            SecretKey = keys.SecretKey,
            UsesEnvironment = keys.UsesEnvironment,
            Region = After(Region, basis.Region),
            IamEndpoint = After(IamEndpoint, basis.IamEndpoint),
            StsEndpoint = After(StsEndpoint, basis.StsEndpoint),
            StsRegion = After(StsRegion, basis.StsRegion),
            MaxRetries = After(MaxRetries, basis.MaxRetries),
            UsernameTemplate = template,
        };
        // Half a pair is refused when credentials are asked for, as in Vault; all else that cannot work is refused here.
        if ((config with { AccessKey = "", SecretKey = "" }).ToConnection().Problems().ToList() is { Count: > 0 } problems)
        {
            return Reply.Invalid($"config/root: {string.Join("; ", problems)}");
        }

        request.Storage.Put(RootConfig.Key, config, AwsJson.Default.RootConfig);
        return config.IsBare() ? new Reply.Empty { Warnings = [NoPair] } : Reply.Done;

        T After<T>(Field<T> field, T before) => request.Has(field) ? request.Get(field) : IsTakenBack(field) ? field.Default : before;

        string? Named(Field<string> field) => request.Has(field) ? request.Get(field) : IsTakenBack(field) ? "" : null;

        bool IsTakenBack(Field field) => patching && request.Data.ValueKind == JsonValueKind.Object
            && request.Data.TryGetProperty(field.Name, out var sent) && sent.ValueKind == JsonValueKind.Null;
    }

    /// <summary>Clients send fields they know with their zero values too: those ask for nothing.</summary>
    private static bool IsGiven(JsonElement data, string name) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var value) && value.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.False => false,
            JsonValueKind.String => value.GetString() is not ("" or "0" or "0s"),
            JsonValueKind.Number => value.GetRawText() != "0",
            JsonValueKind.Array => value.GetArrayLength() > 0,
            _ => true,
        };
}
