using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Faults;
using Coffer.AwsSandbox.Journal;
using Coffer.AwsSandbox.Signing;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.Calls;

/// <summary>A call's way: whose is it, does it fail on purpose, may it, do it, record it.</summary>
internal sealed class Dispatcher(
    Account account, Authenticator authenticator, SandboxFaults faults, SandboxJournal journal, TimeProvider clock,
    IEnumerable<IWireService> services)
{
    private readonly FrozenDictionary<string, IWireService> _services = services.ToFrozenDictionary(service => service.Name, StringComparer.Ordinal);

    /// <summary>The answer; null when the connection is to be cut instead.</summary>
    public async ValueTask<WireReply?> AnswerAsync(WireRequest request, CancellationToken aborted)
    {
        var record = new Record(account.Ids.RequestId());
        IWireService service = _services["s3"];
        try
        {
            service = Unsigned(request);
            var claim = Authenticator.ReadClaim(request, service.Signatures);
            record.AccessKeyId = claim.AccessKeyId;
            service = _services.GetValueOrDefault(claim.Scope.Service) ?? throw WrongService(claim.Scope.Service);
            record.Service = service.Name;
            var parameters = service.ParametersOf(request);
            record.Parameters = JournalOf(service, request, parameters);
            (var caller, request) = authenticator.Authenticate(request, claim, service.Signatures);
            record.Principal = caller.Arn;
            record.Action = service.ActionOf(request, parameters);
            return await RunAsync(service, request, parameters, claim, caller, record, aborted).ConfigureAwait(false);
        }
        catch (AwsFault fault)
        {
            record.Outcome = fault.Code;
            record.Status = fault.Status;
            return service.Fail(fault, request, record.RequestId);
        }
        catch (OperationCanceledException) when (aborted.IsCancellationRequested)
        {
            record.Outcome = "dropped";
            return null;
        }
        finally
        {
            journal.Add(record.ToCall(account.Now));
        }
    }

    /// <summary>The answer to a request whose body is larger than the sandbox reads, in the words of S3: only objects are that large.</summary>
    public WireReply TooLarge(WireRequest request, long most) => _services["s3"].Fail(
        new AwsFault(400, "EntityTooLarge", $"Your proposed upload exceeds the maximum allowed object size: a request has at most {most} bytes."),
        request, account.Ids.RequestId());

    public string CallAsRoot(string name, string action, Dictionary<string, string> parameters)
    {
        parameters["Action"] = action;
        var request = new WireRequest
        {
            Method = "POST",
            RawPath = "/",
            RawQuery = "",
            Headers = [],
            Body = [],
            Source = System.Net.IPAddress.Loopback,
            IsTls = false,
        };
        var root = new Principal { Kind = PrincipalKind.Root, Arn = account.RootArn, UserId = account.AccountId };
        try
        {
            var service = _services[name];
            lock (account.Gate)
            {
                var reply = service.Run(new ServiceCall
                {
                    Account = account,
                    Caller = root,
                    Action = service.ActionOf(request, parameters),
                    Region = "us-east-1",
                    Request = request,
                    Parameters = parameters,
                    RequestId = account.Ids.RequestId(),
                    Now = account.Now,
                });
                return Encoding.UTF8.GetString(reply.Body);
            }
        }
        catch (AwsFault fault)
        {
            throw new InvalidOperationException($"{name}:{action}: {fault.Code}: {fault.Message}", fault);
        }
    }

    private async ValueTask<WireReply?> RunAsync(
        IWireService service, WireRequest request, IReadOnlyDictionary<string, string> parameters, SigV4Claim claim, Principal caller,
        Record record, CancellationToken aborted)
    {
        var fault = faults.Next(service.Name, record.Action, caller.Arn);
        if (fault is { Moment: SandboxFaultMoment.Before } && await FailAsync(fault, record, aborted).ConfigureAwait(false))
        {
            return null;
        }

        WireReply reply;
        lock (account.Gate)
        {
            account.KeyPropagationDelay = faults.KeyPropagationDelay;
            reply = service.Run(new ServiceCall
            {
                Account = account,
                Caller = caller,
                Action = record.Action,
                Region = claim.Scope.Region,
                Request = request,
                Parameters = parameters,
                RequestId = record.RequestId,
                Now = account.Now,
            });
        }

        record.TookEffect = true;
        if (fault is { Moment: SandboxFaultMoment.After } && await FailAsync(fault, record, aborted).ConfigureAwait(false))
        {
            return null;
        }

        record.Outcome = "ok";
        record.Status = reply.Status;
        return reply with { Headers = [.. reply.Headers, new("x-amzn-RequestId", record.RequestId)] };
    }

    /// <summary>True when the connection is to be cut; false when the call goes on; throws for an error answer.</summary>
    private async ValueTask<bool> FailAsync(SandboxFault fault, Record record, CancellationToken aborted)
    {
        switch (fault.Kind)
        {
            case SandboxFaultKind.Error:
                throw new AwsFault(fault.Status, fault.Code, $"The sandbox was told to fail this call ({fault.Moment}).");
            case SandboxFaultKind.Drop:
                record.Outcome = "dropped";
                return true;
            default:
                var patience = fault is { OutlivesCaller: true, Pause: not null } ? CancellationToken.None : aborted;
                await Task.Delay(fault.Pause ?? Timeout.InfiniteTimeSpan, clock, patience).ConfigureAwait(false);
                return false;
        }
    }

    /// <summary>Which protocol an error is written in while the signature has not been read.</summary>
    private IWireService Unsigned(WireRequest request)
    {
        var parameters = request.Parameters();
        return !parameters.ContainsKey("Action") ? _services["s3"]
            : parameters.GetValueOrDefault("Version") == "2011-06-15" ? _services["sts"]
            : _services["iam"];
    }

    private static ImmutableSortedDictionary<string, string> JournalOf(
        IWireService service, WireRequest request, IReadOnlyDictionary<string, string> parameters)
    {
        var visible = SandboxJournal.Visible(parameters);
        return service.Name == "s3" ? visible.Add("(path)", $"{request.Method} {request.RawPath}") : visible;
    }

    private static AwsFault WrongService(string service) =>
        new(403, "SignatureDoesNotMatch", $"Credential should be scoped to correct service: the sandbox offers iam, sts and s3, not '{service}'.");

    /// <summary>What is known of a call so far.</summary>
    private sealed class Record(string requestId)
    {
        public string RequestId { get; } = requestId;

        public string Service { get; set; } = "";

        public string Action { get; set; } = "";

        public string Principal { get; set; } = "";

        public string AccessKeyId { get; set; } = "";

        public ImmutableSortedDictionary<string, string> Parameters { get; set; } = ImmutableSortedDictionary<string, string>.Empty;

        public string Outcome { get; set; } = "InternalFailure";

        public int Status { get; set; }

        public bool TookEffect { get; set; }

        public SandboxCall ToCall(DateTimeOffset time) => new()
        {
            Sequence = 0,
            Time = time,
            Service = Service,
            Action = Action,
            Principal = Principal,
            AccessKeyId = AccessKeyId,
            Parameters = Parameters,
            Outcome = Outcome,
            Status = Status,
            TookEffect = TookEffect,
        };
    }
}
