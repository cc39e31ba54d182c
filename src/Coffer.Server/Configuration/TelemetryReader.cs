using Coffer.Hcl;

namespace Coffer.Server.Configuration;

/// <summary>Reads the block <c>telemetry { }</c>, of which one key counts.</summary>
internal static class TelemetryReader
{
    public static ServerOptions Apply(ServerOptions options, GivenValue value)
    {
        if (value.Item.Value is not HclObject telemetry)
        {
            return options;
        }

        options = options with { Given = options.Given with { Telemetry = GivenConfiguration.ScalarsOf(telemetry) } };
        foreach (var setting in telemetry.Items)
        {
            if (setting.Key.Text == "prometheus_retention_time")
            {
                // Counters are kept for as long as the process lives, so that only 0 means something.
                options = options with { ShowsPrometheus = value.Notes.Text(value.File, setting) is not ("0" or "0s") };
            }
            else if (KnownKeys.OfTelemetry.TryGetValue(setting.Key.Text, out var reason))
            {
                value.Notes.NotUsed(value.File, setting, reason);
            }
            else
            {
                value.Notes.Problem(value.File, setting.Position, $"unknown key {setting.Key.Text} in telemetry");
            }
        }

        return options;
    }
}
