using System.Collections.Immutable;
using Coffer.Kernel.EngineStorage;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;

namespace Coffer.Kernel.Pipeline;

/// <summary>What a handler is given, and what is wrong with the fields that the client sent.</summary>
/// <param name="Request">As the handler sees it.</param>
/// <param name="Problem">Null when every field could be read.</param>
internal sealed record HandlerInput(KernelRequest Request, string? Problem)
{
    public static HandlerInput Parse(RequestContext context)
    {
        var (mounted, match) = (context.Mounted!, context.Route.Match!.Value);
        var fields = FieldValues.Parse(match.Path.Fields, context.Request.Data, match.Parameters, match.Spellings, out var problem);
        return new HandlerInput(RequestOf(context, mounted, fields, context.Operation), problem);
    }

    /// <summary>The same input for another operation on the same path.</summary>
    public HandlerInput As(Operation operation) => this with { Request = RequestOf(Request.Context, Request.Context.Mounted!, Request.Fields, operation) };

    private static KernelRequest RequestOf(RequestContext context, Mounts.MountedEngine mounted, FieldValues fields, Operation operation) => new()
    {
        Context = context,
        Id = context.Request.Id,
        Operation = operation,
        Path = context.Below,
        Mount = mounted.View,
        Caller = context.Caller?.View ?? CallerView.None,
        Storage = new StorageView(context.Work, mounted.Mount.Uuid),
        Now = context.Now,
        Fields = fields,
        Data = context.Request.Data,
        Body = context.Request.Body,
        ContentType = context.Request.ContentType,
        ClientCertificates = context.Request.ClientCertificates,
        LeaseId = mounted.Engine.Secrets.IsEmpty ? "" : context.LeaseIdAt(context.FullPath),
        Memory = context.Request.Memory,
        OwnerEnd = context.OwnerEnd,
        Headers = PassedHeaders(context, mounted),
        RemoteAddress = context.Request.RemoteAddress,
    };

    private static ImmutableDictionary<string, ImmutableArray<string>> PassedHeaders(RequestContext context, Mounts.MountedEngine mounted)
    {
        var wanted = mounted.Mount.Tuning.PassthroughRequestHeaders;
        if (wanted.IsDefaultOrEmpty)
        {
            return ImmutableDictionary<string, ImmutableArray<string>>.Empty;
        }

        var passed = ImmutableDictionary.CreateBuilder<string, ImmutableArray<string>>();
        foreach (var name in wanted.Select(name => name.ToLowerInvariant()))
        {
            if (context.Request.TryGetHeader(name, out var values))
            {
                passed[name] = values;
            }
        }

        return passed.ToImmutable();
    }
}
