using Coffer.Kernel.Pipeline;

namespace Coffer.Kernel.Hosting;

internal sealed partial class Composition
{
    /// <summary>The steps of a request, in their order.</summary>
    private RequestPipeline NewPipeline()
    {
        var counters = _options.Counters;
        var creation = new SecretCreation(Transactions, Revoker, _late, _due, counters, _clock, _stop);
        var lease = new LeaseStep(Transactions, creation, _due, counters, _options.Condition, _clock);
        var login = new LoginStep(_tokens, _batchTokens, _identities, _lockout, _due, counters, _options.Random);
        return new RequestPipeline(
            Transactions,
            _options.Random,
            _clock,
            new RouteStep(Routers),
            new QuotaStep(_quotas, Audit, counters, _clock),
            new WhoStep(_who),
            lease,
            new AuditStep(Audit),
            new PrepareStep(Transactions, _clock, _stop),
            new HandleStep(_options.Version),
            new PlanStep(lease, login, _tasks),
            new EffectStep(Revoker, _due, _abort),
            new ExplainStep(_decisions),
            new WrapStep(Transactions, _tokens, _options.SystemTtl, _due, _clock));
    }
}
