using Coffer.Aws.Calls;
using Coffer.Aws.Connection;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Outbound;
using Coffer.Sdk.Storage;
using Coffer.Secrets.Aws.Configuration;

namespace Coffer.Secrets.Aws;

/// <summary>The AWS account behind a mount. Its connection is kept as long as the configuration stays the same.</summary>
internal sealed class AwsAccount(EngineContext context, IAwsCredentialSource? chain)
{
    private Known? _known;

    /// <exception cref="EngineException">The configuration cannot work; the message names what to change.</exception>
    public async ValueTask<AwsConnection> ConnectAsync(IStorageReader storage, CancellationToken cancellation)
    {
        var config = await storage.GetAsync(RootConfig.Key, AwsJson.Default.RootConfig, cancellation) ?? RootConfig.Default;
        if (Volatile.Read(ref _known) is { } known && known.Config == config)
        {
            return known.Connection;
        }

        if (config.CredentialProblem() is { } problem)
        {
            throw new EngineException(FailureClass.NeedsOperator, problem);
        }

        var options = config.ToConnection();
        options = options with { Calls = options.Calls with { OnServerTime = context.OnOutsideTime } };
        if (options.Problems().ToList() is { Count: > 0 } problems)
        {
            throw new EngineException(FailureClass.NeedsOperator, $"config/root: {string.Join("; ", problems)}");
        }

        var connection = new AwsConnection(options, context.Outbound.Http(OutboundSettings.Usual), context.Clock, environment: null, chain);
        Volatile.Write(ref _known, new Known(config, connection));
        return connection;
    }

    private sealed record Known(RootConfig Config, AwsConnection Connection);
}
