using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.Faults;

/// <summary>What makes the sandbox as unpleasant as the real thing. Safe for any thread; all of it is off at the start.</summary>
public sealed class SandboxFaults
{
    private readonly Lock _gate = new();
    private readonly List<Armed> _rules = [];
    private readonly TimeProvider _clock;
    private double _perSecond;
    private double _tokens;
    private long _filled;
    private int _throttleNext;
    private TimeSpan _propagation;

    internal SandboxFaults(TimeProvider clock)
    {
        _clock = clock;
        _filled = clock.GetTimestamp();
    }

    /// <summary>How long a new access key is not known yet (InvalidClientTokenId). Holds for keys made from now on. Default zero.</summary>
    public TimeSpan KeyPropagationDelay
    {
        get => Read(() => _propagation);
        set => Write(() => _propagation = value);
    }

    /// <summary>Calls a second above which the sandbox answers Throttling; bursts up to one second's worth pass. 0 (the default) means no limit.</summary>
    public double CallsPerSecondMax
    {
        get => Read(() => _perSecond);
        set => Write(() =>
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _perSecond = value;
            _tokens = Math.Max(1, value);
            _filled = _clock.GetTimestamp();
        });
    }

    /// <summary>So many calls from now on are answered with Throttling.</summary>
    public int ThrottleNext
    {
        get => Read(() => _throttleNext);
        set => Write(() => _throttleNext = Math.Max(0, value));
    }

    /// <summary>Adds a rule. Rules count calls independently of each other; the first that fails a call wins.</summary>
    public void Add(SandboxFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        if (fault.Skip < 0 || fault.Times < 0 || fault.Status is < 400 or > 599)
        {
            throw new ArgumentException("skip and times must not be negative, and status must be from 400 to 599", nameof(fault));
        }

        Write(() => _rules.Add(new Armed(fault)));
    }

    /// <summary>The rules that can still make a call fail.</summary>
    public IReadOnlyList<SandboxFault> Pending() => Read(() => _rules.Select(rule => rule.Fault).ToList());

    /// <summary>Everything off again.</summary>
    public void Clear() => Write(() =>
    {
        _rules.Clear();
        _perSecond = 0;
        _throttleNext = 0;
        _propagation = TimeSpan.Zero;
    });

    /// <summary>Throws Throttling when this call is one too many; else the rule that makes it fail, or null.</summary>
    internal SandboxFault? Next(string service, string action, string principal)
    {
        lock (_gate)
        {
            if (IsThrottled())
            {
                throw service == "s3" ? new AwsFault(503, "SlowDown", "Please reduce your request rate.") : AwsFault.Throttled();
            }

            SandboxFault? chosen = null;
            foreach (var rule in _rules)
            {
                if (rule.Fires(service, action, principal))
                {
                    chosen ??= rule.Fault;
                }
            }

            _rules.RemoveAll(rule => rule.IsSpent);
            return chosen;
        }
    }

    private bool IsThrottled()
    {
        if (_throttleNext > 0)
        {
            _throttleNext--;
            return true;
        }

        if (_perSecond <= 0)
        {
            return false;
        }

        var now = _clock.GetTimestamp();
        _tokens = Math.Min(Math.Max(1, _perSecond), _tokens + (_clock.GetElapsedTime(_filled, now).TotalSeconds * _perSecond));
        _filled = now;
        if (_tokens < 1)
        {
            return true;
        }

        _tokens--;
        return false;
    }

    private T Read<T>(Func<T> read)
    {
        lock (_gate)
        {
            return read();
        }
    }

    private void Write(Action write)
    {
        lock (_gate)
        {
            write();
        }
    }

    /// <summary>A rule and how many calls it has seen.</summary>
    private sealed class Armed(SandboxFault fault)
    {
        private long _seen;

        public SandboxFault Fault => fault;

        public bool IsSpent => fault.Times > 0 && _seen >= (long)fault.Skip + fault.Times;

        public bool Fires(string service, string action, string principal)
        {
            if ((fault.Service ?? service) != service || (fault.Action ?? action) != action || (fault.Principal ?? principal) != principal)
            {
                return false;
            }

            return ++_seen > fault.Skip && (fault.Times == 0 || _seen <= (long)fault.Skip + fault.Times);
        }
    }
}
