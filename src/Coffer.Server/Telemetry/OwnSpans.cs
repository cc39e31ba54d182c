using System.Diagnostics;
using OpenTelemetry;

namespace Coffer.Server.Telemetry;

/// <summary>Gathers the spans of one kernel for sending: a provider hears every source of that name in the process. What there is no room for is dropped.</summary>
internal sealed class OwnSpans(ActivitySource source, BaseExporter<Activity> exporter) : BatchActivityExportProcessor(exporter)
{
    public override void OnEnd(Activity data)
    {
        if (ReferenceEquals(data.Source, source))
        {
            base.OnEnd(data);
        }
    }
}
