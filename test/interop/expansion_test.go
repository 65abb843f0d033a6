package interop

import (
	"bytes"
	"database/sql"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"

	"interop/internal/check"
	"interop/internal/expansion"
	"interop/internal/program"
)

// Grants that follow from others, in random worlds: ours against those of the SDK's syncer. EXPANSION_SEEDS sets how many
// worlds of each shape there are.
func TestExpansion(t *testing.T) {
	seeds := number(t, "EXPANSION_SEEDS", 40)
	expander := program.StartExpander(t)
	for name, shape := range map[string]expansion.Shape{
		"acyclic": {SamePrincipals: true},
		"acyclic, principals differ between grants": {},
		"cyclic": {Cyclic: true, SamePrincipals: true},
		"cyclic, principals differ between grants": {Cyclic: true},
	} {
		t.Run(name, func(t *testing.T) {
			var total expansionCounts
			for seed := range uint64(seeds) {
				compareExpansion(t, expander, seed, shape, &total)
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
			t.Logf("%d worlds, %d grants, of which %d added and %d extended; two runs of Go differ in %d, and its syncer loses (sources of) %d",
				seeds, total.grants, total.added, total.extended, total.unstable, total.lost)
			check.That(t, total.added > 0 && total.extended > 0, "no grant was expanded")
			check.That(t, total.unstable == 0 || !shape.SamePrincipals, "two runs of Go differ in %d grants", total.unstable)
		})
	}
}

// expansionCounts counts the grants of all worlds. Two runs of Go differ in the unstable ones, and the syncer loses some.
type expansionCounts struct{ grants, added, extended, unstable, lost int }

// goRuns is how often Go expands a world: its order is random.
const goRuns = 3

func compareExpansion(t *testing.T, expander *program.Expander, seed uint64, shape expansion.Shape, total *expansionCounts) {
	t.Helper()
	folder := t.TempDir()
	defer func() { _ = os.RemoveAll(folder) }()
	listed := filepath.Join(folder, "listed.c1z")
	check.Succeeds(t, "write the world", expansion.RandomWorld(seed, shape).Write(t.Context(), listed))
	before := readGrantRows(t, listed)

	own := filepath.Join(folder, "own.c1z")
	ownErr := expander.Expand(t, listed, own, seed%2 == 0)
	var goErr error
	var runs []map[string]grantRow
	var layers map[string]int
	for i := range goRuns {
		path := filepath.Join(folder, fmt.Sprintf("go%d.c1z", i))
		copyFile(t, listed, path)
		if shape.Cyclic || i == 0 {
			layers, goErr = expansion.Complete(t.Context(), path, folder)
		} else {
			goErr = expansion.Expand(t.Context(), path, folder)
		}
		if goErr != nil {
			break
		}
		runs = append(runs, readGrantRows(t, path))
	}
	check.That(t, (goErr == nil) == (ownErr == ""), "Go: %v; ours: %q", goErr, ownErr)
	if goErr != nil || ownErr != "" {
		return
	}
	ours := readGrantRows(t, own)
	check.SameIDs(t, "grants", slices.Collect(maps.Keys(ours)), slices.Collect(maps.Keys(runs[0])))
	for id, row := range ours {
		total.grants++
		if _, ok := before[id]; !ok {
			total.added++
		} else if !bytes.Equal(before[id].data, row.data) {
			total.extended++
		}
		matches, differs := false, false
		for _, run := range runs {
			matches = matches || run[id].equals(row)
			differs = differs || !run[id].equals(runs[0][id])
		}
		if differs {
			total.unstable++
		}
		if !matches && !shape.SamePrincipals {
			matches = runs[0][id].withoutPrincipal(t).equals(row.withoutPrincipal(t)) && isFromFirstLayer(t, row, ours, layers)
		}
		check.That(t, matches, "grant %s\n  is   %s\n  Go's %s", id, row, runs[0][id])
	}
	if shape.Cyclic {
		path := filepath.Join(folder, "syncer.c1z")
		copyFile(t, listed, path)
		check.Succeeds(t, "expand with the syncer", expansion.Expand(t.Context(), path, folder))
		compareWithSyncer(t, ours, readGrantRows(t, path), total)
	}
}

// isFromFirstLayer returns whether a grant describes its principal as a grant does that it follows from. Within a layer, Go
// takes the first one in random order.
func isFromFirstLayer(t *testing.T, added grantRow, rows map[string]grantRow, layers map[string]int) bool {
	t.Helper()
	grant := added.grant(t)
	first := math.MaxInt
	for source := range grant.GetSources().GetSources() {
		first = min(first, layers[source])
	}
	for _, row := range rows {
		origin := row.grant(t)
		source := origin.GetEntitlement().GetId()
		if grant.GetSources().GetSources()[source] != nil && layers[source] == first && proto.Equal(origin.GetPrincipal(), grant.GetPrincipal()) {
			return true
		}
	}
	return false
}

// compareWithSyncer compares with what the SDK's syncer finds in a world with cycles. It may lack grants and sources, see
// expansion.Complete, but has no others.
func compareWithSyncer(t *testing.T, ours, syncers map[string]grantRow, total *expansionCounts) {
	t.Helper()
	for id, row := range ours {
		found, ok := syncers[id]
		if !ok || len(found.sources(t)) < len(row.sources(t)) {
			total.lost++
		}
		for source := range found.sources(t) {
			check.That(t, row.sources(t)[source] != nil, "grant %s lacks the source %s", id, source)
		}
	}
	for id := range syncers {
		check.That(t, ours[id].columns != "", "the grant %s is missing", id)
	}
}

// grantRow is a row of grants, but for its row id, its sync and the time.
type grantRow struct {
	columns        string
	expansion      []byte
	needsExpansion int
	data           []byte
}

func (r grantRow) equals(other grantRow) bool {
	return r.columns == other.columns && r.needsExpansion == other.needsExpansion &&
		bytes.Equal(r.expansion, other.expansion) && bytes.Equal(r.data, other.data)
}

func (r grantRow) grant(t *testing.T) *v2.Grant {
	t.Helper()
	grant := &v2.Grant{}
	check.Succeeds(t, "decode a grant", proto.Unmarshal(r.data, grant))
	return grant
}

func (r grantRow) sources(t *testing.T) map[string]*v2.GrantSources_GrantSource {
	t.Helper()
	return r.grant(t).GetSources().GetSources()
}

func (r grantRow) withoutPrincipal(t *testing.T) grantRow {
	t.Helper()
	grant := r.grant(t)
	grant.Principal = nil
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(grant)
	check.Succeeds(t, "encode a grant", err)
	r.data = data
	return r
}

func (r grantRow) String() string {
	grant := &v2.Grant{}
	err := proto.Unmarshal(r.data, grant)
	return fmt.Sprintf("%s expansion %x, needs %d: %v %v", strings.ReplaceAll(r.columns, "\x00", " | "), r.expansion, r.needsExpansion, grant, err)
}

func readGrantRows(t *testing.T, path string) map[string]grantRow {
	t.Helper()
	found := map[string]grantRow{}
	database := openDatabase(t, path)
	defer database.Close()
	queryRows(t, database, `select external_id, resource_type_id || char(0) || resource_id || char(0) || entitlement_id || char(0) ||
		principal_resource_type_id || char(0) || principal_resource_id, expansion, needs_expansion, data from v1_grants`, func(rows *sql.Rows) error {
		var id string
		var row grantRow
		if err := rows.Scan(&id, &row.columns, &row.expansion, &row.needsExpansion, &row.data); err != nil {
			return err
		}
		found[id] = row
		return nil
	})
	return found
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	check.Succeeds(t, "read a file", err)
	check.Succeeds(t, "copy a file", os.WriteFile(to, content, 0o600))
}

// Worlds that the SDK's syncer refuses to expand, and the largest ones that it does not.
func TestExpansionFailures(t *testing.T) {
	expander := program.StartExpander(t)
	for _, c := range []struct {
		name  string
		world expansion.World
		fails string
	}{
		{"20 steps", expansion.Chain(21), ""},
		{"21 steps", expansion.Chain(22), "max depth exceeded"},
		{"a source of another resource", expansion.Mismatch(), "source entitlement resource id did not match grant principal id"},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			listed, own := filepath.Join(folder, "listed.c1z"), filepath.Join(folder, "own.c1z")
			check.Succeeds(t, "write the world", c.world.Write(t.Context(), listed))
			ours := expander.Expand(t, listed, own, true)
			err := expansion.Expand(t.Context(), listed, folder)
			if c.fails == "" {
				check.Succeeds(t, "expand with the syncer", err)
				check.Equal(t, "our error", ours, "")
				return
			}
			check.That(t, err != nil && strings.Contains(err.Error(), c.fails), "the syncer: %v", err)
			check.That(t, strings.Contains(ours, c.fails), "ours: %q", ours)
		})
	}
}
