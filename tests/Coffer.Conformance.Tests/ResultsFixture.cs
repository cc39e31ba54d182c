namespace Coffer.Conformance.Tests;

/// <summary>Keeps what came of each case, and writes the list of pending cases at the end if that was asked for.</summary>
public sealed class ResultsFixture : IDisposable
{
    internal PendingListWriter Writer { get; } = new();

    public void Dispose()
    {
        if (PendingListWriter.IsOn)
        {
            var old = File.ReadAllLines(PendingList.File);
            File.WriteAllLines(PendingList.File, Writer.Lines(PendingList.Parse(old), old).ToArray());
        }
    }
}
