package interop

import (
	"bufio"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	// All packages of the SDK that have messages: they register their descriptors.
	_ "github.com/conductorone/baton-sdk/pb/baton/v1"
	_ "github.com/conductorone/baton-sdk/pb/c1/c1z/v1"
	_ "github.com/conductorone/baton-sdk/pb/c1/c1z/v3"
	_ "github.com/conductorone/baton-sdk/pb/c1/config/v1"
	_ "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	_ "github.com/conductorone/baton-sdk/pb/c1/connector_wrapper/v1"
	_ "github.com/conductorone/baton-sdk/pb/c1/connectorapi/baton/v1"
	_ "github.com/conductorone/baton-sdk/pb/c1/ratelimit/v1"
	_ "github.com/conductorone/baton-sdk/pb/c1/reader/v2"
	_ "github.com/conductorone/baton-sdk/pb/c1/reader/v3"
	_ "github.com/conductorone/baton-sdk/pb/c1/storage/v3"
	_ "github.com/conductorone/baton-sdk/pb/c1/transport/v1"
	_ "github.com/conductorone/baton-sdk/pb/c1/utls/v1"

	"interop/internal/check"
	"interop/internal/program"
	"interop/internal/wire"
)

// contractPackages are the packages that are sent over the wire or stored in files.
var contractPackages = []string{
	"c1.c1z.v1", "c1.c1z.v3", "c1.config.v1", "c1.connector.v2", "c1.connector_wrapper.v1", "c1.connectorapi.baton.v1",
	"c1.ratelimit.v1", "c1.reader.v2", "c1.transport.v1", "c1.utls.v1",
}

// sdkInternals are the packages that we need not have, or only in part.
var sdkInternals = map[string]string{
	"baton.v1":      "what the baton command line prints, differences between syncs among it",
	"c1.reader.v3":  "reads rows of Pebble files within a process",
	"c1.storage.v3": "rows of Pebble files",
}

func TestWireContract(t *testing.T) {
	t.Run("all descriptors of the SDK are linked", func(t *testing.T) {
		sources := sdkProtoFiles(t)
		for _, source := range sources {
			_, err := protoregistry.GlobalFiles.FindFileByPath(source)
			check.That(t, err == nil, "%s is not linked into this test: %v", source, err)
		}
		t.Logf("%d .proto files", len(sources))
	})

	t.Run("our descriptors are the SDK's", func(t *testing.T) {
		comparison := wire.Compare(wire.FactsOf(bufImage(t), "c1."), sdkFacts())
		reportDifferences(t, comparison)
		for _, name := range contractPackages {
			check.That(t, slices.ContainsFunc(comparison.Same, func(subject wire.Subject) bool {
				return string(subject.Package) == name
			}), "nothing of package %s was compared", name)
		}
		t.Logf("%d differences in %d declarations\n%s", len(comparison.Different)+len(comparison.OnlyOurs),
			len(comparison.Same), countTable(comparison.Same))

		lacking := map[string][]string{}
		for _, subject := range comparison.OnlyTheirs {
			packageName := string(subject.Package)
			_, isInternal := sdkInternals[packageName]
			check.That(t, isInternal, "we lack %s %s", subject.Kind, subject.Name)
			lacking[packageName] = append(lacking[packageName], strings.TrimPrefix(string(subject.Name), packageName+"."))
		}
		for _, packageName := range slices.Sorted(maps.Keys(lacking)) {
			t.Logf("only the SDK has, of %s (%s): %s", packageName, sdkInternals[packageName],
				strings.Join(lacking[packageName], " "))
		}
	})
}

// sdkFacts is the contract as linked into the SDK.
func sdkFacts() wire.Facts {
	return wire.FactsOf(protoregistry.GlobalFiles, "c1.", "baton.")
}

// reportDifferences fails the test for each of our declarations that is missing or different in the SDK.
func reportDifferences(t *testing.T, comparison wire.Comparison) {
	t.Helper()
	check.Passed(len(comparison.Same))
	for _, difference := range comparison.Different {
		check.That(t, false, "%s", difference)
	}
	for _, subject := range comparison.OnlyOurs {
		check.That(t, false, "only we have %s %s", subject.Kind, subject.Name)
	}
}

// bufImage is buf's image of proto/.
func bufImage(t *testing.T) *protoregistry.Files {
	t.Helper()
	if _, err := os.Stat(program.InCheckout(t, "vendor")); err != nil {
		t.Fatal("vendor/ is not there, which holds .proto files of others: npm run generate fetches it")
	}
	path := filepath.Join(t.TempDir(), "image.binpb")
	result := program.Run(t, nil, program.NodeModule(t, "buf"), "build", program.InCheckout(t),
		"--as-file-descriptor-set", "--output", path)
	if result.ExitCode != 0 {
		t.Fatalf("buf build failed:\n%s", result.Stderr)
	}
	return readFileDescriptorSet(t, path)
}

// readFileDescriptorSet reads a google.protobuf.FileDescriptorSet.
func readFileDescriptorSet(t *testing.T, path string) *protoregistry.Files {
	t.Helper()
	data, err := os.ReadFile(path)
	check.Succeeds(t, "read the descriptors", err)
	var set descriptorpb.FileDescriptorSet
	check.Succeeds(t, "decode the descriptors", proto.Unmarshal(data, &set))
	files, err := protodesc.NewFiles(&set)
	check.Succeeds(t, "link the descriptors", err)
	return files
}

// sdkProtoFiles are the .proto files that the SDK's generated code comes from.
func sdkProtoFiles(t *testing.T) []string {
	t.Helper()
	listed, err := exec.CommandContext(t.Context(), "go", "list", "-f",
		"{{range .GoFiles}}{{$.Dir}}/{{.}}\n{{end}}", "github.com/conductorone/baton-sdk/pb/...").Output()
	check.Succeeds(t, "list the SDK's packages", err)
	var sources []string
	for _, path := range strings.Fields(string(listed)) {
		file, err := os.Open(path)
		check.Succeeds(t, "read generated code", err)
		lines := bufio.NewScanner(file)
		for lines.Scan() && !strings.HasPrefix(lines.Text(), "package ") {
			if source, isSource := strings.CutPrefix(lines.Text(), "// source: "); isSource && !slices.Contains(sources, source) {
				sources = append(sources, source)
			}
		}
		_ = file.Close()
	}
	check.That(t, len(sources) > 0, "the SDK has no generated code")
	return sources
}

// countTable counts declarations by package and kind.
func countTable(subjects []wire.Subject) string {
	counts := map[protoreflect.FullName]map[wire.Kind]int{}
	const total = "all"
	for _, subject := range subjects {
		for _, row := range []protoreflect.FullName{subject.Package, total} {
			if counts[row] == nil {
				counts[row] = map[wire.Kind]int{}
			}
			counts[row][subject.Kind]++
		}
	}
	var table strings.Builder
	fmt.Fprintf(&table, "%-26s", "package")
	for _, kind := range wire.Kinds {
		fmt.Fprintf(&table, "%12s", kind+"s")
	}
	names := make([]string, 0, len(counts))
	for name := range counts {
		names = append(names, string(name))
	}
	// "all" sorts before "c1…": move it to the end.
	slices.Sort(names)
	for _, name := range append(names[1:], names[0]) {
		fmt.Fprintf(&table, "\n%-26s", name)
		for _, kind := range wire.Kinds {
			fmt.Fprintf(&table, "%12d", counts[protoreflect.FullName(name)][kind])
		}
	}
	return table.String()
}
