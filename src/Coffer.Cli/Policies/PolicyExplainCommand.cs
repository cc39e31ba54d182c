using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Policies;

internal sealed class PolicyExplainCommand : ApiCommand
{
    private const string Failure = "Error explaining";

    private static readonly string[] Operations = ["create", "read", "update", "write", "patch", "delete", "list"];

    private readonly TextFlag _token;
    private readonly TextFlag _accessor;
    private readonly DurationFlag _wrapTtl;

    public PolicyExplainCommand()
        : base("policy explain", "Explains why a request is allowed or denied", "REQUEST_ID | OPERATION PATH [K=V...]", Arity.AtLeast(1),
            """
            Says why a recent request was allowed or denied, or what would come of
            one: the token's state, its policies and where they come from, the rule
            that decides, and what would allow it.

            Every token may ask about itself, where its policies include "default".
            Asking about others needs sudo on sys/policies/explain. The id of a
            request is in the header X-Coffer-Request-Id of its reply and in
            the audit log.

                $ {0} policy explain read secret/data/app
                $ {0} policy explain -accessor=ACCESSOR update secret/data/app ttl=1h
                $ {0} policy explain 0e6a4ef4-7e3b-4a8c-8d7c-9f0c3a9f3b11
            """)
    {
        _token = Flag(new TextFlag("token", "The token to ask about; without it and -accessor, the one in use."));
        _accessor = Flag(new TextFlag("accessor", "The token to ask about, by its accessor."));
        _wrapTtl = Flag(new DurationFlag("for-wrap-ttl", "How long the reply would be wrapped."));
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var isOther = _token.IsSet || _accessor.IsSet;
        if (call.Arguments.Count == 1)
        {
            if (isOther)
            {
                throw CliException.Local("-token and -accessor go with OPERATION and PATH; a request's id says by itself whose it was");
            }

            CheckRequestId(call);
            return Print(call, await ByRequestAsync(call, new JsonObject { ["request_id"] = call.Arguments[0].Trim() }, cancellation));
        }

        var question = new JsonObject { ["operation"] = call.Arguments[0].Trim(), ["path"] = call.Path(1) };
        if (call.Arguments.Count > 2)
        {
            question["parameters"] = call.DataFrom(2);
        }

        if (_wrapTtl.Value > TimeSpan.Zero)
        {
            question["wrap_ttl"] = _wrapTtl.ApiText;
        }

        if (isOther)
        {
            question[_token.IsSet ? "token" : "accessor"] = (_token.IsSet ? _token.Value : _accessor.Value).Trim();
        }

        return Print(call, await call.SendAsync(ApiRequest.Post(isOther ? "sys/policies/explain" : "sys/policies/explain-self", question), Failure, cancellation));
    }

    /// <summary>A single argument is a request's id, which is a UUID; anything else is half a question.</summary>
    private static void CheckRequestId(Invocation call)
    {
        var only = call.Arguments[0].Trim();
        if (!Guid.TryParse(only, out _))
        {
            var program = call.Console.ProgramName;
            throw CliException.Local(TextWrap.At(Operations.Contains(only)
                ? $"A path is missing: which one to explain the operation on is said behind it, as in \"{program} policy explain {only} secret/data/app\"."
                : $"An operation is missing: it goes in front of the path, as in \"{program} policy explain read {Paths.Sanitize(only)}\". "
                    + $"It is one of {string.Join(", ", Operations)}. A request's id, which goes alone, is a UUID."));
        }
    }

    /// <summary>A request of the own token needs no sudo, so that is asked for first.</summary>
    private static async Task<ApiReply> ByRequestAsync(Invocation call, JsonObject question, CancellationToken cancellation)
    {
        try
        {
            return await call.TrySendAsync(ApiRequest.Post("sys/policies/explain-self", question.DeepClone()), cancellation);
        }
        catch (ApiException error) when (error.Status is 403 or 404)
        {
            return await ByAnyRequestAsync(call, question, error, cancellation);
        }
        catch (ApiException error)
        {
            throw call.Refusal(error, ApiRequest.Post("sys/policies/explain-self"), Failure);
        }
        catch (TransportException error)
        {
            throw call.Unreachable(error, Failure);
        }
    }

    /// <param name="own">What was said about the request as one of the own token. It is the better answer where the token may not ask about others.</param>
    private static async Task<ApiReply> ByAnyRequestAsync(Invocation call, JsonObject question, ApiException own, CancellationToken cancellation)
    {
        try
        {
            return await call.TrySendAsync(ApiRequest.Post("sys/policies/explain", question.DeepClone()), cancellation);
        }
        catch (ApiException error) when (error.Status == 403 && own.Status == 404)
        {
            throw call.Refusal(own, ApiRequest.Post("sys/policies/explain-self"), Failure);
        }
        catch (ApiException error)
        {
            throw call.Refusal(error, ApiRequest.Post("sys/policies/explain"), Failure);
        }
        catch (TransportException error)
        {
            throw call.Unreachable(error, Failure);
        }
    }

    private static int Print(Invocation call, ApiReply reply)
    {
        ExplanationText.Print(call.Printer, reply.Data ?? throw CliException.Remote("The server's answer holds no data."));
        return 0;
    }
}
