using System.Collections.Immutable;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Primitives;

namespace Coffer.Kernel.Pipeline;

/// <summary>The request as its handler gets it, and what is wrong with its fields.</summary>
internal readonly record struct ParsedRequest(KernelRequest Value, string? Problem)
{
    public static ParsedRequest From(Way way, KernelServices services)
    {
        var (mounted, match) = (way.Mounted!, way.Route.Match!.Value);
        var fields = FieldValues.Parse(match.Path.Fields, way.Request.Data, match.Parameters, match.Spellings, out var problem);
        var now = services.Clock.GetUtcNow();
        var request = new KernelRequest
        {
            Id = way.Request.Id,
            Operation = way.Operation,
            Path = way.Below,
            Mount = mounted.View,
            Caller = way.Caller?.View ?? CallerView.None,
            Storage = new Transactions.StorageView(way.Work, mounted.Mount.StoragePrefix),
            Now = now,
            Fields = fields,
            Data = way.Request.Data,
            LeaseId = mounted.Engine.Secrets.IsEmpty ? "" : NewLeaseId(way.FullPath, now, services.Random),
            Memory = way.Request.Memory,
            Headers = Passed(way),
            RemoteAddress = way.Request.RemoteAddress,
            Services = services,
            Work = way.Work,
            Api = way.Request,
            Route = way.Route,
            By = way.Caller,
            Router = way.Router,
        };
        return new ParsedRequest(request, problem);
    }

    /// <summary>A lease id's last part begins with time and ends in 95 random bits.</summary>
    internal static string NewLeaseId(string path, DateTimeOffset now, IRandom random) =>
        $"{path}/{RandomText.TimeOrdered(now)}{random.Base62(Limits.LeaseIdRandomCharacters)}";

    private static ImmutableDictionary<string, ImmutableArray<string>> Passed(Way way)
    {
        var wanted = way.Mounted!.Mount.Tuning.PassthroughRequestHeaders;
        return wanted.IsDefaultOrEmpty
            ? ImmutableDictionary<string, ImmutableArray<string>>.Empty
            : way.Request.Headers.Where(header => wanted.Contains(header.Key, StringComparer.OrdinalIgnoreCase)).ToImmutableDictionary();
    }
}
