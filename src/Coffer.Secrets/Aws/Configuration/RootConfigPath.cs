using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;
using Coffer.Secrets.Aws.Names;

namespace Coffer.Secrets.Aws.Configuration;

/// <summary>The path <c>config/root</c>: a write replaces all of it, a read gives all but the secret key.</summary>
internal static class RootConfigPath
{
    private static readonly Field<string> AccessKey = Field.Text(
        "access_key", "Access key id of the credentials that make and remove others. Without a pair, AWS's default chain is used.");

    private static readonly Field<string> SecretKey = Field.Secret("secret_key", "Secret key that belongs to access_key. Never returned.");
    private static readonly Field<string> Region = Field.Text("region", "AWS region. Default: AWS_REGION, AWS_DEFAULT_REGION, us-east-1.");
    private static readonly Field<string> IamEndpoint = Field.Text("iam_endpoint", "URL of IAM, when it is not AWS's own.");
    private static readonly Field<string> StsEndpoint = Field.Text("sts_endpoint", "URL of STS, when it is not the region's own.");
    private static readonly Field<string> StsRegion = Field.Text("sts_region", "Region that calls to STS are signed for, when it is not region.");
    private static readonly Field<long> MaxRetries = Field.Count("max_retries", "Repetitions of a failed call, 20 at most; -1 means the default.", -1);

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
        Fields = [AccessKey, SecretKey, Region, IamEndpoint, StsEndpoint, StsRegion, MaxRetries, UsernameTemplate],
        Read = ReadAsync,
        Write = (request, _) => ValueTask.FromResult(Write(request)),
    };

    private static async ValueTask<Reply> ReadAsync(EngineRequest request, CancellationToken cancellation)
    {
        var config = await request.Storage.GetAsync(RootConfig.Key, AwsJson.Default.RootConfig, cancellation);
        return config is null ? Reply.NotFound : Reply.With(json =>
        {
            json.WriteString("access_key", config.AccessKey);
            json.WriteString("region", config.Region);
            json.WriteString("iam_endpoint", config.IamEndpoint);
            json.WriteString("sts_endpoint", config.StsEndpoint);
            json.WriteString("sts_region", config.StsRegion);
            json.WriteNumber("max_retries", config.MaxRetries);
            json.WriteString("username_template", config.UsernameTemplate);
        });
    }

    private static Reply Write(EngineRequest request)
    {
        if (Unsupported.FirstOrDefault(name => IsGiven(request.Data, name)) is { } unsupported)
        {
            return Reply.Invalid($"{unsupported} is not supported by this version; leave it out");
        }

        var template = request.Get(UsernameTemplate);
        template = template.Length > 0 ? template : UserNames.DefaultTemplate;
        try
        {
            UserNames.Parse(template);
        }
        catch (NameTemplateException error)
        {
            return Reply.Invalid($"unable to initialize username template: {error.Message}");
        }

        var config = new RootConfig
        {
            AccessKey = request.Get(AccessKey),
            SecretKey = request.Get(SecretKey),
            Region = request.Get(Region),
            IamEndpoint = request.Get(IamEndpoint),
            StsEndpoint = request.Get(StsEndpoint),
            StsRegion = request.Get(StsRegion),
            MaxRetries = request.Get(MaxRetries),
            UsernameTemplate = template,
        };
        request.Storage.Put(RootConfig.Key, config, AwsJson.Default.RootConfig);
        return Reply.Done;
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
