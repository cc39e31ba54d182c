
namespace Coffer.Audit.Chain;

/// <summary>What a device's chain knows of former runs of the server, and what it leaves to later ones.</summary>
/// <param name="LastCheckpoint">Null when none is known.</param>
/// <param name="OnCheckpoint">Called while the device writes, once a checkpoint is on the disk. Must not throw, and must not wait.</param>
public readonly record struct AuditMemory(AuditMark? LastCheckpoint, Action<AuditMark>? OnCheckpoint);
