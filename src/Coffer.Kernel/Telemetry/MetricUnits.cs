namespace Coffer.Kernel.Telemetry;

/// <summary>Instruments measure durations in seconds; <c>sys/metrics</c> shows them in milliseconds, as Vault does.</summary>
internal static class MetricUnits
{
    public static bool IsTime(string unit) => unit == "s";

    public static double Shown(string unit, double value) => IsTime(unit) ? Math.Round(value * 1000, 6) : value;
}
