using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Mounts;
using Coffer.Client;

namespace Coffer.Cli.Auth;

internal sealed class AuthTuneCommand : ApiCommand
{
    private readonly MountFlags _flags;
    private readonly NumberFlag _threshold;
    private readonly DurationFlag _duration;
    private readonly DurationFlag _counterReset;
    private readonly SwitchFlag _disable;

    public AuthTuneCommand()
        : base("auth tune", "Tunes an auth method configuration", "PATH", Arity.One,
            """
            Changes the settings of an auth method; what is not given stays.

                $ {0} auth tune -default-lease-ttl=72h userpass/
            """)
    {
        _flags = new MountFlags(Flags, isAuth: true);
        _threshold = Flag(new NumberFlag("user-lockout-threshold", "Failed logins in a row after which a user is locked out."));
        _duration = Flag(new DurationFlag("user-lockout-duration", "How long a lockout lasts.") { AllowsSystem = true });
        _counterReset = Flag(new DurationFlag("user-lockout-counter-reset-duration", "After how long without a failure the count starts again.") { AllowsSystem = true });
        _disable = Flag(new SwitchFlag("user-lockout-disable", "Lock nobody out."));
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var path = Paths.AsMount(call.Arguments[0]);
        var body = _flags.TuneBody();
        if (Lockout() is { Count: > 0 } lockout)
        {
            body["user_lockout_config"] = lockout;
        }

        var reply = await call.SendAsync(ApiRequest.Post($"sys/auth/{path}/tune", body), $"Error tuning auth method {path}", cancellation);
        call.Printer.Line($"Success! Tuned the auth method at: {path}");
        return 0;
    }

    private JsonObject Lockout()
    {
        var lockout = new JsonObject();
        if (_threshold.IsSet)
        {
            lockout["lockout_threshold"] = _threshold.Value.ToString(CultureInfo.InvariantCulture);
        }

        if (_duration.IsSet)
        {
            lockout["lockout_duration"] = _duration.ApiText;
        }

        if (_counterReset.IsSet)
        {
            lockout["lockout_counter_reset_duration"] = _counterReset.ApiText;
        }

        if (_disable.IsSet)
        {
            lockout["lockout_disable"] = _disable.Value;
        }

        return lockout;
    }
}
