using System.Collections.Immutable;
using System.Diagnostics.Metrics;

namespace Coffer.Kernel.Telemetry;

/// <summary>Adds up what the instruments of one meter measure, so that it can be shown at any time.</summary>
internal sealed class MetricsCollector : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _look = new();
    private ImmutableArray<CollectedMetric> _metrics = [];

    public MetricsCollector(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, meter))
            {
                var metric = new CollectedMetric(instrument);
                ImmutableInterlocked.Update(ref _metrics, static (all, added) => all.Add(added), metric);
                listener.EnableMeasurementEvents(instrument, metric);
            }
        };
        _listener.SetMeasurementEventCallback<long>(static (_, count, labels, metric) => ((CollectedMetric)metric!).Count(count, labels));
        _listener.SetMeasurementEventCallback<double>(static (_, value, labels, metric) => ((CollectedMetric)metric!).Measure(value, labels));
        _listener.Start();
    }

    /// <summary>Everything that was measured so far, in the order in which the instruments were made; gauges measure at this moment.</summary>
    public ImmutableArray<MetricReading> Read()
    {
        lock (_look)
        {
            foreach (var metric in _metrics)
            {
                metric.BeginLook();
            }

            _listener.RecordObservableInstruments();
            return [.. _metrics.Select(metric => metric.Read()).OfType<MetricReading>()];
        }
    }

    public void Dispose() => _listener.Dispose();
}
