using System.Xml.Linq;
using TrimDocumentation;

// Removes from a documentation file every member that is not visible outside its assembly.
// Usage: TrimDocumentation ASSEMBLY DOCUMENTATION
if (args is not [string assembly, string documentation])
{
    Console.Error.WriteLine("Usage: TrimDocumentation ASSEMBLY DOCUMENTATION");
    return 1;
}

VisibleTypes visible = VisibleTypes.Read(assembly);
XDocument document = XDocument.Load(documentation, LoadOptions.PreserveWhitespace);
foreach (XElement member in document.Descendants("member").ToArray())
{
    if (!visible.Contains((string?)member.Attribute("name") ?? ""))
    {
        member.Remove();
    }
}

document.Save(documentation, SaveOptions.DisableFormatting);
return 0;
