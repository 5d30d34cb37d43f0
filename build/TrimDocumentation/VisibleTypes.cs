using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace TrimDocumentation;

/// <summary>The types of an assembly that other assemblies can name, as documentation ids write them.</summary>
internal sealed class VisibleTypes
{
    private readonly HashSet<string> _all = [];
    private readonly HashSet<string> _visible = [];

    /// <summary>Reads the types of an assembly without loading it.</summary>
    public static VisibleTypes Read(string assembly)
    {
        using PEReader file = new(File.OpenRead(assembly));
        MetadataReader metadata = file.GetMetadataReader();
        VisibleTypes types = new();
        foreach (TypeDefinitionHandle handle in metadata.TypeDefinitions)
        {
            string name = NameOf(metadata, handle);
            types._all.Add(name);
            if (IsVisible(metadata, handle))
            {
                types._visible.Add(name);
            }
        }

        return types;
    }

    /// <summary>Whether a documented member belongs to a visible type.</summary>
    /// <param name="id">The member's documentation id, such as <c>M:Namespace.Type.Method(System.Int32)</c>.</param>
    public bool Contains(string id)
    {
        int parameters = id.IndexOf('(', StringComparison.Ordinal);
        string name = parameters < 0 ? id[2..] : id[2..parameters];

        // The longest prefix that is a type is the member's own type.
        while (name.Length > 0 && !_all.Contains(name))
        {
            name = name[..Math.Max(0, name.LastIndexOf('.'))];
        }

        return _visible.Contains(name);
    }

    private static string NameOf(MetadataReader metadata, TypeDefinitionHandle handle)
    {
        TypeDefinition type = metadata.GetTypeDefinition(handle);
        string name = metadata.GetString(type.Name);
        if (!type.GetDeclaringType().IsNil)
        {
            return $"{NameOf(metadata, type.GetDeclaringType())}.{name}";
        }

        string space = metadata.GetString(type.Namespace);
        return space.Length == 0 ? name : $"{space}.{name}";
    }

    private static bool IsVisible(MetadataReader metadata, TypeDefinitionHandle handle)
    {
        TypeDefinition type = metadata.GetTypeDefinition(handle);
        return (type.Attributes & TypeAttributes.VisibilityMask) switch
        {
            TypeAttributes.Public => true,
            TypeAttributes.NestedPublic or TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem =>
                IsVisible(metadata, type.GetDeclaringType()),
            _ => false,
        };
    }
}
