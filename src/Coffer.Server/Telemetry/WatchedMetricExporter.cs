using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;

namespace Coffer.Server.Telemetry;

/// <summary>Sends metrics, and notes whether they were taken.</summary>
internal sealed class WatchedMetricExporter(OtlpExporterOptions options, ExportWatch watch) : OtlpMetricExporter(options)
{
    public override ExportResult Export(in Batch<Metric> metrics)
    {
        var result = base.Export(metrics);
        watch.NoteOutcome(result == ExportResult.Success);
        return result;
    }
}
