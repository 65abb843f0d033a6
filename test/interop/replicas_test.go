package interop

import (
	"fmt"
	"path"
	"sync"
	"testing"
	"time"

	"github.com/segmentio/ksuid"
	"google.golang.org/grpc"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/annotations"
	"github.com/conductorone/baton-sdk/pkg/dotc1z/c1zstore"

	"interop/internal/balancer"
	"interop/internal/check"
	"interop/internal/program"
)

// grantPages have a size that leads to several dozen calls for the grants of these organizations.
const grantPages = 50

// Which reports are requested when two processes serve one sync. The first call of a listing has no page token that
// could contain a report id, and a server called over a network has no session store of its caller:
//   - type-scoped, there is one such call, so one report, whoever serves the next pages;
//   - per resource, there is one such call per course, so each process requests a report of its own.
var reportsOfTwo = map[bool]int{false: 1, true: 2}

func TestReplicas(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{Users: 100, Courses: 50, ActivityRows: 3000})
	one, two := program.Serve(t, percipio), program.Serve(t, percipio)

	for _, perResource := range []bool{false, true} {
		name := map[bool]string{false: "type-scoped", true: "per resource"}[perResource]
		for _, workers := range []int{1, 4} {
			t.Run(fmt.Sprintf("the SDK's syncer, %s, %d workers", name, workers), func(t *testing.T) {
				front := balancer.Start(t, one.Address, two.Address)
				before := percipio.ReportsRequested(t)
				run := syncerRun{engine: c1zstore.EnginePebble, workers: workers, pageSize: grantPages, perResource: perResource}
				listsTruth(t, readWithSDK(t, run.sync(t, front.Address)), percipio.Truth)
				bothServed(t, front, "ListGrants")
				check.Equal(t, "calls that had to be made again", run.retried, 0)
				check.Equal(t, "reports requested", percipio.ReportsRequested(t)-before, reportsOfTwo[perResource])
				t.Logf("%s; ListGrants by server %v", run.describe(), front.Counts("ListGrants"))
			})
		}
		t.Run("a walk by hand, "+name, func(t *testing.T) {
			front := balancer.Start(t, one.Address, two.Address)
			before := percipio.ReportsRequested(t)
			client := dialClient(t, front.Address, grantPages)
			client.perResource = perResource
			findsTruth(t, client.walk(t), percipio.Truth)
			bothServed(t, front, "ListGrants")
			check.Equal(t, "reports requested", percipio.ReportsRequested(t)-before, reportsOfTwo[perResource])
		})
	}
}

// One of the two is killed during a call: the caller gets UNAVAILABLE, and retries.
func TestReplicaKilled(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{Users: 100, Courses: 50, ActivityRows: 3000})

	for _, perResource := range []bool{false, true} {
		for _, method := range []string{"ListResources", "ListGrants"} {
			name := map[bool]string{false: "type-scoped", true: "per resource"}[perResource]
			t.Run(fmt.Sprintf("the SDK's syncer, %s, in %s", name, method), func(t *testing.T) {
				front := startKilled(t, percipio, method)
				before := percipio.ReportsRequested(t)
				run := syncerRun{engine: c1zstore.EnginePebble, workers: 1, pageSize: 20, perResource: perResource}
				listsTruth(t, readWithSDK(t, run.sync(t, front.Address)), percipio.Truth)
				check.Equal(t, "calls that had to be made again", run.retried, 1)
				reports := percipio.ReportsRequested(t) - before
				check.That(t, reports == 1 || perResource && reports == 2, "%d reports were requested", reports)
				t.Logf("%s; %d reports; %s by server %v", run.describe(), reports, method, front.Counts(method))
			})
		}
		t.Run(map[bool]string{false: "a walk by hand, type-scoped", true: "a walk by hand, per resource"}[perResource], func(t *testing.T) {
			front := startKilled(t, percipio, "ListGrants")
			client := dialClient(t, front.Address, 20, grpc.WithDefaultServiceConfig(retryUnavailable))
			client.perResource = perResource
			findsTruth(t, client.walk(t), percipio.Truth)
		})
	}
}

// The one that requested the report is killed: the other one goes on with that report, or requests another.
func TestReplicaKilledWhileItsReportIsMade(t *testing.T) {
	t.Parallel()
	percipio := program.StartPercipio(t, program.Organization{
		Users: 60, Courses: 40, ActivityRows: 700,
	})
	percipio.DelayReport(t, 3*time.Second, 1)
	servers := []*program.Server{program.Serve(t, percipio), program.Serve(t, percipio)}
	front := balancer.Start(t, servers[0].Address, servers[1].Address)
	var killing sync.WaitGroup
	calls := 0
	front.Before = func(call balancer.Call) {
		if call.Method != v2.GrantsService_ListGrants_FullMethodName {
			return
		}
		// Roles come first, and courses, whose grants come from the report, second.
		calls++
		if calls != 2 {
			return
		}
		killing.Go(func() {
			// The server receives the report three seconds after the poll.
			for percipio.ReportsRequested(t) == 0 {
				time.Sleep(5 * time.Millisecond)
			}
			front.Drop(call.Server)
			servers[call.Server].Kill()
		})
	}
	run := syncerRun{engine: c1zstore.EnginePebble, workers: 1}
	path := run.sync(t, front.Address)
	killing.Wait()
	listsTruth(t, readWithSDK(t, path), percipio.Truth)
	// A server answers with the id of its report as soon as it has requested it. If this one did so before it was killed, the
	// other one waits for the same report. Otherwise the call is made again, and requests another.
	reports := percipio.ReportsRequested(t)
	check.That(t, reports == 1 || reports == 2, "%d reports were requested", reports)
	check.Equal(t, "calls that had to be made again", run.retried, reports-1)
}

// What a process caches for a sync lasts until the cleanup of the sync.
func TestMemoryOfASync(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{Users: 60, Courses: 40, ActivityRows: 700})
	server := program.Serve(t, percipio)
	client := newClient(t, server, 0)
	course := &v2.Resource{Id: &v2.ResourceId{ResourceType: "course", Resource: "course"}}
	reportsFor := func(syncID string) int {
		before := percipio.ReportsRequested(t)
		client.syncID = syncID
		check.SameIDs(t, "grants", grantIDs(client.listGrants(t, course, annotations.New(&v2.TypeScopedGrants{}))), percipio.Truth.GrantsOfType("course"))
		return percipio.ReportsRequested(t) - before
	}
	cleanUp := func(syncID string) {
		_, err := v2.NewConnectorServiceClient(client.connection).Cleanup(t.Context(), &v2.ConnectorServiceCleanupRequest{ActiveSyncId: syncID})
		check.Succeeds(t, "clean up", err)
	}
	a, b := ksuid.New().String(), ksuid.New().String()
	check.Equal(t, "reports of sync a", reportsFor(a), 1)
	check.Equal(t, "reports of sync a, asked again", reportsFor(a), 0)
	check.Equal(t, "reports of sync b", reportsFor(b), 1)
	cleanUp(a)
	check.Equal(t, "reports of sync b after a is cleaned up", reportsFor(b), 0)
	check.Equal(t, "reports of sync a after it is cleaned up", reportsFor(a), 1)
	cleanUp(a)
	cleanUp(b)
	cleanUp(b)
	check.Equal(t, "reports of sync b after it is cleaned up", reportsFor(b), 1)
}

// retryUnavailable makes a gRPC client retry, as the SDK's syncer does by itself.
const retryUnavailable = `{"methodConfig": [{"name": [{}], "retryPolicy": {
	"maxAttempts": 3, "initialBackoff": "0.01s", "maxBackoff": "0.1s", "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE"]}}]}`

// startKilled puts a balancer in front of two new servers. The one that gets the third call of a method is killed
// during that call, and the balancer notices.
func startKilled(t *testing.T, percipio *program.Percipio, method string) *balancer.Balancer {
	t.Helper()
	servers := []*program.Server{program.Serve(t, percipio), program.Serve(t, percipio)}
	front := balancer.Start(t, servers[0].Address, servers[1].Address)
	calls := 0
	killed := false
	front.Before = func(call balancer.Call) {
		if path.Base(call.Method) != method {
			return
		}
		calls++
		if calls != 3 {
			return
		}
		killed = true
		front.Drop(call.Server)
		// A frozen server cannot respond, however long it takes until it is killed.
		servers[call.Server].Freeze(t)
		time.AfterFunc(20*time.Millisecond, servers[call.Server].Kill)
	}
	t.Cleanup(func() { check.That(t, killed, "no server was killed: %s was called %d times", method, calls) })
	return front
}

func bothServed(t *testing.T, front *balancer.Balancer, method string) {
	t.Helper()
	counts := front.Counts(method)
	check.That(t, counts[0] > 0 && counts[1] > 0, "%s went to the servers %v times", method, counts)
}

func findsTruth(t *testing.T, found walked, truth program.Truth) {
	t.Helper()
	check.SameIDs(t, "resources", found.resources, truth.ResourceIDs())
	check.SameIDs(t, "entitlements", found.entitlements, truth.EntitlementIDs)
	check.SameIDs(t, "grants", found.grants, truth.GrantIDs)
}
