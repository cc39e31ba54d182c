using System.Text.Json;
using Coffer.Kernel.Requests;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Pipeline;

/// <summary>
/// An answer on its way out: an engine's reply, the shape of its envelope, and what follows the commit. Paths of the kernel's own give one; the reply of an
/// engine becomes one.
/// </summary>
/// <param name="Inner">The reply as an engine would give it; never a <see cref="KernelReply"/>.</param>
internal sealed record KernelReply(Reply Inner) : Reply.Hosted
{
    /// <summary>How the envelope departs from the usual.</summary>
    public ReplyShape Shape { get; init; } = ReplyShape.Usual;

    /// <summary>Runs once, after the commit: for what reaches beyond the store. A reply that it returns takes the place of this one, envelope included.</summary>
    public Func<CancellationToken, ValueTask<Reply?>>? Effect { get; init; }

    /// <summary>Where the answer is to be fetched, when it was wrapped.</summary>
    public WrapInfo? Wrap { get; init; }

    /// <summary>What was made for this answer alone.</summary>
    public Entrusted Entrusts { get; init; } = Entrusted.Nothing;

    /// <summary>It makes a token: under a limit of leases it needs a place.</summary>
    public bool MakesToken { get; init; }

    public bool IsRefusal => Inner is Refused;

    /// <summary>True when there is something that wrapping could hide.</summary>
    public bool CanBeWrapped => Shape is { Bare: false, Wrap: null } && (Inner is Data || Shape.Auth is not null);

    /// <summary>Any reply as this type.</summary>
    /// <exception cref="InvalidOperationException">A kind of reply that an engine must not make.</exception>
    public static KernelReply Of(Reply reply) => reply switch
    {
        KernelReply known => known,
        Hosted => throw new InvalidOperationException("an engine gave a reply of a kind that is the kernel's own"),
        _ => new KernelReply(reply),
    };

    public static KernelReply OfRefusal(ErrorKind kind, string message) => new(Refuse(kind, message));

    /// <summary>Data that is repeated at the top level of the envelope, as Vault does it on its older paths.</summary>
    public static Reply TopLevel(Action<Utf8JsonWriter> members) => With(members).Shaped(new ReplyShape { DataAtTopLevel = true });

    /// <summary>Data that is the whole body, without an envelope.</summary>
    public static Reply Bare(Action<Utf8JsonWriter> members) => With(members).Shaped(new ReplyShape { Bare = true });
}
