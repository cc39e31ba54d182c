namespace Coffer.Kernel.Seal;

/// <summary>The server around the kernel, as far as requests may reach it.</summary>
public interface IServerControl
{
    /// <summary>Throws the keys away once the running request is answered.</summary>
    void RequestSeal();

    /// <summary>Has the key slots read again before they are next used.</summary>
    void NoteSlotsChanged();
}
