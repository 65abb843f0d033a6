package interop

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/connectorclient"
	"github.com/conductorone/baton-sdk/pkg/dotc1z/c1zstore"
	sdksync "github.com/conductorone/baton-sdk/pkg/sync"

	"interop/internal/check"
	"interop/internal/program"
)

func TestGoSyncer(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{})
	server := program.Serve(t, percipio)
	ownPath := filepath.Join(t.TempDir(), "own.c1z")
	program.Sync(t, percipio, ownPath)
	own := readAll(t, ownPath)

	for _, engine := range []c1zstore.Engine{c1zstore.EngineSQLite, c1zstore.EnginePebble} {
		for _, workers := range []int{1, 4} {
			t.Run(fmt.Sprintf("%s, %d workers", engine, workers), func(t *testing.T) {
				before, pagesBefore := percipio.ReportsRequested(t), percipio.PagesOfUsersRequested(t)
				run := syncerRun{engine: engine, workers: workers}
				path := run.sync(t, server.Address)
				listsTruth(t, readWithSDK(t, path), percipio.Truth)
				found := readAll(t, path)
				check.SameIDs(t, "resources of our own sync", found.resources, own.resources)
				check.SameIDs(t, "entitlements of our own sync", found.entitlements, own.entitlements)
				check.SameIDs(t, "grants of our own sync", found.grants, own.grants)
				check.Equal(t, "reports requested", percipio.ReportsRequested(t)-before, 1)
				if workers == 1 {
					// The permission check is the beginning of the listing, and roles come from it.
					check.Equal(t, "pages of users requested", percipio.PagesOfUsersRequested(t)-pagesBefore, 1)
				}
				t.Logf("%d resources, %d entitlements, %d grants, in %s",
					len(found.resources), len(found.entitlements), len(found.grants), run.describe())
			})
		}
	}

	t.Run("without type-scoped calls, as an older SDK makes none", func(t *testing.T) {
		for _, workers := range []int{1, 4} {
			before := percipio.ReportsRequested(t)
			run := syncerRun{engine: c1zstore.EnginePebble, workers: workers, perResource: true}
			listsTruth(t, readWithSDK(t, run.sync(t, server.Address)), percipio.Truth)
			check.Equal(t, "reports requested", percipio.ReportsRequested(t)-before, 1)
			check.That(t, run.calls["ListGrants"] >= len(percipio.Truth.CourseIDs),
				"there were only %d calls of ListGrants", run.calls["ListGrants"])
			t.Log(run.describe())
		}
	})
}

// The syncer itself leaves the page size to the server.
func TestGoSyncerPageSizes(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{Users: 60, Courses: 40, ActivityRows: 700})
	server := program.Serve(t, percipio)
	for _, pageSize := range []uint32{1, 50, 250} {
		for engine, perResource := range map[c1zstore.Engine]bool{c1zstore.EnginePebble: false, c1zstore.EngineSQLite: true} {
			t.Run(fmt.Sprintf("pages of %d to %s", pageSize, engine), func(t *testing.T) {
				run := syncerRun{engine: engine, workers: 1, pageSize: pageSize, perResource: perResource}
				listsTruth(t, readWithSDK(t, run.sync(t, server.Address)), percipio.Truth)
				check.That(t, run.largest <= int(pageSize), "a page held %d items", run.largest)
				if pageSize == 1 {
					check.That(t, run.calls["ListGrants"] >= len(percipio.Truth.GrantIDs),
						"there were only %d calls of ListGrants", run.calls["ListGrants"])
				}
				t.Logf("%d grants, in %s", len(percipio.Truth.GrantIDs), run.describe())
			})
		}
	}
}

// A report that takes longer than a call may (15 seconds): the syncer gets empty pages, each with a token to come back
// with.
func TestGoSyncerWhileAReportIsMade(t *testing.T) {
	t.Parallel()
	percipio := program.StartPercipio(t, program.Organization{
		Users: 60, Courses: 40, ActivityRows: 700,
	})
	percipio.DelayReport(t, 17*time.Second, 1)
	server := program.Serve(t, percipio)
	run := syncerRun{engine: c1zstore.EnginePebble, workers: 4}
	listsTruth(t, readWithSDK(t, run.sync(t, server.Address)), percipio.Truth)
	check.That(t, run.waits > 0, "no page was empty with a token to come back with")
	check.Equal(t, "reports requested", percipio.ReportsRequested(t), 1)
	t.Logf("%d pages to wait, in %s", run.waits, run.describe())
}

// syncerRun is a sync by the SDK's syncer, and its result.
type syncerRun struct {
	engine  c1zstore.Engine
	workers int
	// pageSize is set in list requests; the syncer itself leaves it at 0.
	pageSize uint32
	// perResource hides from the syncer that types are type-scoped.
	perResource bool

	mutex sync.Mutex
	// calls are the completed calls by method name.
	calls map[string]int
	// retried counts the calls that failed with UNAVAILABLE, which the syncer retries.
	retried int
	// waits counts pages without grants before the last one. largest is the number of items of the largest page, except
	// for resource types: a connector of the SDK returns them all at once too, whatever page_size says.
	waits, largest int
}

// sync syncs the connector at the address into a new file, and returns its path. If the syncer rejects anything, the
// test ends.
func (r *syncerRun) sync(t *testing.T, address string) (path string) {
	t.Helper()
	// Not the context of the test: it ends before what is closed at the end.
	ctx := context.WithoutCancel(t.Context())
	connection, err := grpc.NewClient(address,
		grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithUnaryInterceptor(r.intercept))
	check.Succeeds(t, "connect", err)
	defer connection.Close()
	path = filepath.Join(t.TempDir(), "sync.c1z")
	syncer, err := sdksync.NewSyncer(ctx, connectorclient.NewConnectorClient(ctx, connection),
		sdksync.WithC1ZPath(path), sdksync.WithTmpDir(t.TempDir()), sdksync.WithStorageEngine(r.engine),
		sdksync.WithWorkerCount(r.workers), sdksync.WithFailFastInvariants())
	check.Succeeds(t, "make a syncer", err)
	check.Succeeds(t, "sync", syncer.Sync(t.Context()))
	check.Succeeds(t, "close the syncer", syncer.Close(ctx))
	return path
}

func (r *syncerRun) intercept(ctx context.Context, method string, request, answer any, connection *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
	if r.pageSize > 0 {
		setPageSize(request.(protoreflect.ProtoMessage), r.pageSize)
	}
	err := invoke(ctx, method, request, answer, connection, options...)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if err != nil {
		if status.Code(err) == codes.Unavailable {
			r.retried++
		}
		return err
	}
	if r.calls == nil {
		r.calls = map[string]int{}
	}
	r.calls[filepath.Base(method)]++
	switch page := answer.(type) {
	case *v2.ResourceTypesServiceListResourceTypesResponse:
		if r.perResource {
			for _, resourceType := range page.GetList() {
				withoutTypeScope(resourceType)
			}
		}
	case *v2.ResourcesServiceListResourcesResponse:
		r.count(len(page.GetList()))
	case *v2.EntitlementsServiceListEntitlementsResponse:
		r.count(len(page.GetList()))
	case *v2.GrantsServiceListGrantsResponse:
		r.count(len(page.GetList()))
		if len(page.GetList()) == 0 && page.GetNextPageToken() != "" {
			r.waits++
		}
	}
	return answer.(validated).ValidateAll()
}

func (r *syncerRun) count(items int) {
	r.largest = max(r.largest, items)
}

func (r *syncerRun) describe() string {
	return fmt.Sprintf("%d calls of ListResources, %d of ListEntitlements, %d of ListGrants; the largest page had %d items",
		r.calls["ListResources"], r.calls["ListEntitlements"], r.calls["ListGrants"], r.largest)
}

// setPageSize sets the page_size of requests that have one.
func setPageSize(request protoreflect.ProtoMessage, pageSize uint32) {
	message := request.ProtoReflect()
	if field := message.Descriptor().Fields().ByName("page_size"); field != nil {
		message.Set(field, protoreflect.ValueOfUint32(pageSize))
	}
}

// withoutTypeScope removes the type-scoped annotations from a resource type.
func withoutTypeScope(resourceType *v2.ResourceType) {
	kept := resourceType.GetAnnotations()[:0]
	for _, annotation := range resourceType.GetAnnotations() {
		if !annotation.MessageIs(&v2.TypeScopedGrants{}) && !annotation.MessageIs(&v2.TypeScopedEntitlements{}) {
			kept = append(kept, annotation)
		}
	}
	resourceType.SetAnnotations(kept)
}

// readAll reads the ids of the current sync of a file.
func readAll(t *testing.T, path string) walked {
	t.Helper()
	store := readWithSDK(t, path)
	ctx := t.Context()
	resources, _ := readPages(t, "ListResources", func(token string) (*v2.ResourcesServiceListResourcesResponse, error) {
		return store.ListResources(ctx, &v2.ResourcesServiceListResourcesRequest{PageToken: token})
	})
	entitlements, _ := readPages(t, "ListEntitlements", func(token string) (*v2.EntitlementsServiceListEntitlementsResponse, error) {
		return store.ListEntitlements(ctx, &v2.EntitlementsServiceListEntitlementsRequest{PageToken: token})
	})
	return walked{resourceKeys(resources), entitlementIDs(entitlements), grantIDs(readGrants(t, store, 0))}
}
