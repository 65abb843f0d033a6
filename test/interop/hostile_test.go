package interop

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/bid"
	"github.com/conductorone/baton-sdk/pkg/connectorclient"
	"github.com/conductorone/baton-sdk/pkg/dotc1z/c1zstore"
	sdksync "github.com/conductorone/baton-sdk/pkg/sync"

	"interop/internal/check"
	"interop/internal/hostile"
	"interop/internal/program"
)

// hostileSyncTimeout is for a sync that hangs. One that makes calls without end is ended by the connector.
const hostileSyncTimeout = 2 * time.Minute

// Our sync and the Go syncer's of the same worlds: whatever a connector does, the files say the same.
func TestHostileConnector(t *testing.T) {
	syncer := program.StartSyncer(t)
	for _, scenario := range hostile.Scenarios() {
		t.Run(scenario.Name, func(t *testing.T) {
			t.Parallel()
			compared := syncBoth(t, syncer, scenario.Build)
			t.Log(compared.describe())
			check.That(t, scenario.Fails == (compared.goError != nil), "the Go syncer ended with %s, unlike what the scenario expects", compared.goCode)
			if scenario.Unstable {
				check.Equal(t, "errors", compared.goCode, compared.ownCode)
				for _, row := range compared.rows {
					check.That(t, row.own != nil, "%s", row.describe())
				}
			} else {
				check.Equal(t, "difference", compared.difference(), scenario.Differs)
				rows := mapped(compared.rows, rowDifference.ID)
				check.That(t, slices.Equal(rows, scenario.Rows), "these rows differ: %q, want %q", rows, scenario.Rows)
			}
		})
	}
}

// The same of random worlds, each from a seed. HOSTILE_SEEDS is how many, HOSTILE_SEED the first one.
func TestHostileSeeds(t *testing.T) {
	syncer := program.StartSyncer(t)
	first, count := number(t, "HOSTILE_SEED", 1), number(t, "HOSTILE_SEEDS", 400)
	var failed, differing, rows atomic.Int64
	t.Run("seeds", func(t *testing.T) {
		for seed := first; seed < first+count; seed++ {
			t.Run(strconv.Itoa(seed), func(t *testing.T) {
				t.Parallel()
				compared := syncBoth(t, syncer, func() *hostile.World { return hostile.Random(uint64(seed)) })
				rows.Add(int64(compared.rowCount))
				if compared.goError != nil {
					failed.Add(1)
				}
				isEqual := compared.difference() == hostile.None
				if !isEqual {
					differing.Add(1)
				}
				check.That(t, isEqual, "%s", compared.describe())
			})
		}
	})
	// Otherwise worlds that nobody can sync would be equal. A few of them may fail.
	check.That(t, count < 20 || int(failed.Load()) < count/2, "the Go syncer failed on %d of %d worlds", failed.Load(), count)
	t.Logf("%d seeds: %d rows; the Go syncer failed on %d; %d differ", count, rows.Load(), failed.Load(), differing.Load())
}

func number(t *testing.T, variable string, fallback int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return fallback
	}
	value, err := strconv.Atoi(text)
	check.Succeeds(t, variable, err)
	return value
}

// A difference is explained where users read of it.
func TestHostileScenariosAreExplained(t *testing.T) {
	page, err := os.ReadFile(program.InCheckout(t, "docs", "parity.md"))
	check.Succeeds(t, "read the page on parity", err)
	names := map[string]bool{}
	for _, scenario := range hostile.Scenarios() {
		check.That(t, !names[scenario.Name], "two scenarios are named %q", scenario.Name)
		names[scenario.Name] = true
		isExplained := strings.Contains(string(page), "\n| "+scenario.Parity+" |")
		if scenario.Differs == hostile.None && !scenario.Unstable {
			check.Equal(t, "explanation of "+scenario.Name, scenario.Parity, "")
		} else {
			check.That(t, isExplained, "%s: docs/parity.md has no row %q", scenario.Name, scenario.Parity)
		}
	}
}

// hostileComparison is what two syncs of a world made of it.
type hostileComparison struct {
	goError  error
	goCode   codes.Code
	own      program.SyncResult
	ownCode  codes.Code
	rows     []rowDifference
	rowCount int
	// calls are those that one made and the other did not, or not as often.
	calls []string
}

func syncBoth(t *testing.T, syncer *program.Syncer, build func() *hostile.World) *hostileComparison {
	t.Helper()
	result := &hostileComparison{}
	goPath, ownPath := filepath.Join(t.TempDir(), "go.c1z"), filepath.Join(t.TempDir(), "own.c1z")
	externalPath := ""
	if external := build().Options.External; external != nil {
		externalPath = filepath.Join(t.TempDir(), "external.c1z")
		check.Succeeds(t, "sync the other file", syncWorldWithSDK(t, hostile.Serve(t, external).Address, externalPath, "", external.Options))
	}
	goServer, ownServer := hostile.Serve(t, build()), hostile.Serve(t, build())
	goEnded := make(chan struct{})
	go func() {
		defer close(goEnded)
		result.goError = syncWorldWithSDK(t, goServer.Address, goPath, externalPath, build().Options)
		result.goCode = status.Code(result.goError)
	}()
	result.own = syncWorld(t, syncer, ownServer.Address, ownPath, externalPath, build().Options)
	<-goEnded
	if result.own.Error != nil {
		result.ownCode = codes.Code(result.own.Error.Code)
	}
	if result.goError == nil && result.own.Error == nil {
		goRows, ownRows := readRows(t, goPath), readRows(t, ownPath)
		result.rows, result.rowCount = compareRows(goRows, ownRows), len(goRows)
	}
	result.calls = compareCalls(goServer.Calls(), ownServer.Calls())
	return result
}

func syncWorldWithSDK(t *testing.T, address, path, externalPath string, options hostile.Options) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), hostileSyncTimeout)
	defer cancel()
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	arguments := []sdksync.SyncOpt{
		sdksync.WithC1ZPath(path), sdksync.WithTmpDir(filepath.Dir(path)), sdksync.WithStorageEngine(c1zstore.EngineSQLite),
		sdksync.WithWorkerCount(options.Workers), sdksync.WithSyncResourceTypes(options.ResourceTypes),
		sdksync.WithSkipGrants(options.SkipGrants),
		sdksync.WithTargetedSyncResources(options.Targets), sdksync.WithSkipEntitlementsAndGrants(options.SkipEntitlementsAndGrants),
	}
	if externalPath != "" {
		arguments = append(arguments, sdksync.WithExternalResourceC1ZPath(externalPath),
			sdksync.WithExternalResourceEntitlementIdFilter(options.ExternalEntitlement), sdksync.WithExternalResourceTraits(options.ExternalTraits...))
	}
	if options.SkipExpandGrants {
		arguments = append(arguments, sdksync.WithDontExpandGrants())
	}
	syncer, err := sdksync.NewSyncer(ctx, connectorclient.NewConnectorClient(ctx, connection), arguments...)
	if err != nil {
		return err
	}
	err = syncer.Sync(ctx)
	if closeErr := syncer.Close(ctx); err == nil {
		err = closeErr
	}
	return err
}

func syncWorld(t *testing.T, syncer *program.Syncer, address, path, externalPath string, options hostile.Options) program.SyncResult {
	t.Helper()
	return syncer.Sync(t, program.SyncRequest{
		Address: address, Path: path, ResourceTypes: options.ResourceTypes, Targets: mapped(options.Targets, bidOf),
		SkipEntitlementsAndGrants: options.SkipEntitlementsAndGrants, SkipGrants: options.SkipGrants,
		SkipExpandGrants: options.SkipExpandGrants, Workers: options.Workers,
		ExternalPath: externalPath, ExternalEntitlement: options.ExternalEntitlement,
		ExternalTraits: mapped(options.ExternalTraits, func(trait v2.ResourceType_Trait) string { return strings.TrimPrefix(trait.String(), "TRAIT_") }),
	})
}

func bidOf(resource *v2.Resource) string {
	text, err := bid.MakeBid(resource)
	if err != nil {
		panic(err)
	}
	return text
}

func (c *hostileComparison) difference() hostile.Difference {
	switch {
	case c.goError == nil && c.own.Error != nil:
		return hostile.OnlyOursFails
	case c.goError != nil && c.own.Error == nil:
		return hostile.OnlyGoFails
	case len(c.rows) > 0:
		return hostile.ContentsDiffer
	// A failure of the syncer itself has no code; ours always has one.
	case c.goCode != codes.Unknown && c.goCode != c.ownCode:
		return hostile.CodesDiffer
	}
	return hostile.None
}

// describe is a few lines about both syncs.
func (c *hostileComparison) describe() string {
	var lines []string
	add := func(format string, values ...any) { lines = append(lines, fmt.Sprintf(format, values...)) }
	add("%s", c.difference())
	if c.goError != nil {
		add("Go: %s: %.200s", c.goCode, c.goError.Error())
	}
	if c.own.Error != nil {
		add("ours: %s: %.200s", c.ownCode, c.own.Error.Message)
	}
	if c.goError == nil && c.own.Error == nil {
		add("%d rows, %d differ", c.rowCount, len(c.rows))
		for _, row := range c.rows[:min(len(c.rows), 8)] {
			add("%s", row.describe())
		}
	}
	if len(c.calls) > 0 {
		add("calls that differ (Go, ours): %s", strings.Join(c.calls[:min(len(c.calls), 4)], "; "))
	}
	for _, reason := range slices.Sorted(maps.Keys(c.own.Skipped)) {
		add("skipped: %d %s", c.own.Skipped[reason], reason)
	}
	for _, warning := range c.own.Warnings[:min(len(c.own.Warnings), 3)] {
		add("warning: %s", warning)
	}
	return strings.Join(lines, "\n")
}

func compareCalls(goCalls, ownCalls map[hostile.Call]int) (differences []string) {
	all := maps.Clone(goCalls)
	maps.Copy(all, ownCalls)
	for call := range all {
		if goCalls[call] != ownCalls[call] {
			differences = append(differences, fmt.Sprintf("%.80s %d, %d", call, goCalls[call], ownCalls[call]))
		}
	}
	slices.Sort(differences)
	return differences
}
