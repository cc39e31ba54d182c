using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Exporter;

namespace Coffer.Server.Telemetry;

/// <summary>Sends spans, and notes whether they were taken.</summary>
internal sealed class WatchedTraceExporter(OtlpExporterOptions options, ExportWatch watch) : OtlpTraceExporter(options)
{
    public override ExportResult Export(in Batch<Activity> activityBatch)
    {
        var result = base.Export(activityBatch);
        watch.NoteOutcome(result == ExportResult.Success);
        return result;
    }
}
