package interop

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	connector_wrapper "github.com/conductorone/baton-sdk/pb/c1/connector_wrapper/v1"
	utls_v1 "github.com/conductorone/baton-sdk/pb/c1/utls/v1"
	"github.com/conductorone/baton-sdk/pkg/connectorclient"
	"github.com/conductorone/baton-sdk/pkg/connectorstore"
	"github.com/conductorone/baton-sdk/pkg/dotc1z"
	"github.com/conductorone/baton-sdk/pkg/dotc1z/c1zstore"
	"github.com/conductorone/baton-sdk/pkg/ratelimit"
	"github.com/conductorone/baton-sdk/pkg/session"
	sdksync "github.com/conductorone/baton-sdk/pkg/sync"
	"github.com/conductorone/baton-sdk/pkg/ugrpc"
	"github.com/conductorone/baton-sdk/pkg/utls"

	"interop/internal/check"
	"interop/internal/program"
)

// The SDK's own code does everything that a parent does: it creates certificates, starts the child, asks the rate
// limiter before each call, syncs, stores the session, and stops.
func TestSDKParent(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{})
	for _, engine := range []c1zstore.Engine{c1zstore.EngineSQLite, c1zstore.EnginePebble} {
		t.Run(string(engine), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "sync.c1z")
			before := percipio.ReportsRequested(t)
			// The child gets these too, though some concern only the parent.
			parent := program.StartSDKParent(t, percipio, path, "--storage-engine", string(engine), "--provisioning", "--workers", "4")
			result := parent.Wait(t)
			check.Equal(t, "exit code", result.ExitCode, 0)
			check.Equal(t, "stdout", string(result.Stdout), "")
			check.That(t, strings.Contains(string(result.Stderr), `"session_store":true`), "the child has no session store")
			listsTruth(t, readWithSDK(t, path), percipio.Truth)
			check.Equal(t, "reports requested", percipio.ReportsRequested(t)-before, 1)
			if engine == c1zstore.EngineSQLite {
				check.Equal(t, "values of the session in the file", countSessionValues(t, openDatabase(t, path)), 0)
			}
			if t.Failed() {
				t.Logf("%s", result.Stderr)
			}
		})
	}
}

// A killed parent closes nothing. Its child must end all the same, even during a call.
func TestSDKParentDies(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{ReportPolls: program.ReportPolls{Pending: 1000}})
	parent := program.StartSDKParent(t, percipio, filepath.Join(t.TempDir(), "sync.c1z"))
	for percipio.ReportsRequested(t) == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	parent.Kill(t)
	check.Passed(1)
}

// The same steps as in the child's parent, one at a time.
func TestChild(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{Users: 60, Courses: 40, ActivityRows: 700})

	t.Run("the SDK's syncer", func(t *testing.T) {
		parent := newParent(t)
		connection, calls := parent.dial(t, parent.startChild(t, percipio))
		before := percipio.ReportsRequested(t)
		path := filepath.Join(t.TempDir(), "sync.c1z")
		ctx := context.WithoutCancel(t.Context())
		syncer, err := sdksync.NewSyncer(ctx, connectorclient.NewConnectorClient(ctx, connection),
			sdksync.WithC1ZPath(path), sdksync.WithTmpDir(t.TempDir()), sdksync.WithStorageEngine(c1zstore.EngineSQLite),
			sdksync.WithFailFastInvariants(), sdksync.WithSessionStore(parent.sessions))
		check.Succeeds(t, "make a syncer", err)
		check.Succeeds(t, "sync", syncer.Sync(t.Context()))
		check.Succeeds(t, "close the syncer", syncer.Close(ctx))
		listsTruth(t, readWithSDK(t, path), percipio.Truth)
		check.Equal(t, "reports requested", percipio.ReportsRequested(t)-before, 1)
		check.Equal(t, "values set in the session", parent.called("Set"), 1)
		check.Equal(t, "sessions cleared", parent.called("Clear"), 1)
		check.Equal(t, "values of the session in the file", countSessionValues(t, openDatabase(t, path)), 0)
		asked, made := calls.of("Do"), calls.total()-calls.of("Do")-calls.of("Report")
		check.That(t, asked > 0 && asked == made, "the rate limiter was asked %d times for %d calls", asked, made)
		check.Equal(t, "calls reported to the rate limiter", calls.of("Report"), made)
	})

	t.Run("two children of one sync", func(t *testing.T) {
		parent := newParent(t)
		syncID := parent.openSync(t)
		one, two := parent.startChild(t, percipio), parent.startChild(t, percipio)
		before := percipio.ReportsRequested(t)
		first := parent.client(t, one, syncID)
		second := parent.client(t, two, syncID)
		// Per resource, so that every course starts without a page token that could contain a report id.
		var found []string
		for i, courseID := range percipio.Truth.CourseIDs {
			course := &v2.Resource{Id: &v2.ResourceId{ResourceType: "course", Resource: courseID}}
			found = append(found, grantIDs([]*client{first, second}[i%2].listGrants(t, course, nil))...)
		}
		check.SameIDs(t, "grants", found, percipio.Truth.GrantsOfType("course"))
		check.Equal(t, "reports requested by both", percipio.ReportsRequested(t)-before, 1)

		one.Kill()
		third := parent.client(t, parent.startChild(t, percipio), syncID)
		course := percipio.Truth.MostTakenCourse()
		grants := third.listGrants(t, &v2.Resource{Id: &v2.ResourceId{ResourceType: "course", Resource: course}}, nil)
		check.SameIDs(t, "grants from the child that comes for the killed one", grantIDs(grants), percipio.Truth.GrantsOf(course))
		check.Equal(t, "reports requested by all three", percipio.ReportsRequested(t)-before, 1)
	})

	t.Run("before a sync has opened its file", func(t *testing.T) {
		parent := newParent(t)
		child := parent.startChild(t, percipio)
		found := parent.client(t, child, "2ABCDEFGHIJKLMNOPQRSTUVWXYZ").walk(t)
		check.SameIDs(t, "grants", found.grants, percipio.Truth.GrantIDs)
		result := child.Leave(t)
		check.Equal(t, "exit code", result.ExitCode, 0)
		check.That(t, !strings.Contains(string(result.Stderr), `"level":"warn"`), "the child warns: %s", result.Stderr)
	})

	for _, flags := range [][]string{nil, {"--provisioning", "--ticketing"}} {
		t.Run(fmt.Sprintf("what is permitted with flags %v", flags), func(t *testing.T) {
			parent := newParent(t)
			connection, _ := parent.dial(t, parent.startChild(t, percipio, flags...))
			resource := &v2.Resource{Id: &v2.ResourceId{ResourceType: "role", Resource: percipio.Truth.RoleIDs[0]}}
			_, err := v2.NewGrantManagerServiceClient(connection).Grant(t.Context(), &v2.GrantManagerServiceGrantRequest{
				Entitlement: &v2.Entitlement{Id: "e", Resource: resource}, Principal: resource,
			})
			_, ticketErr := v2.NewTicketsServiceClient(connection).ListTicketSchemas(t.Context(), &v2.TicketsServiceListTicketSchemasRequest{})
			if flags == nil {
				check.Equal(t, "code of a grant", status.Code(err), codes.FailedPrecondition)
				check.Equal(t, "code for tickets", status.Code(ticketErr), codes.Unknown)
			} else {
				// There is no such entitlement: the grant reaches the connector.
				check.Equal(t, "code of a grant", status.Code(err), codes.InvalidArgument)
				check.Equal(t, "code for tickets", status.Code(ticketErr), codes.Unimplemented)
			}
		})
	}

	t.Run("it ends when its parent leaves, and prints nothing", func(t *testing.T) {
		parent := newParent(t)
		child := parent.startChild(t, percipio)
		connection, _ := parent.dial(t, child)
		_, err := v2.NewConnectorServiceClient(connection).GetMetadata(t.Context(), &v2.ConnectorServiceGetMetadataRequest{})
		check.Succeeds(t, "get metadata", err)
		result := child.Leave(t)
		check.Equal(t, "exit code", result.ExitCode, 0)
		check.Equal(t, "stdout", string(result.Stdout), "")
	})

	t.Run("it serves nobody with certificates of another parent", func(t *testing.T) {
		parent, stranger := newParent(t), newParent(t)
		child := parent.startChild(t, percipio)
		stranger.serverCredential.SetCaCert(parent.serverCredential.GetCaCert())
		stranger.clientCredential.SetCaCert(parent.clientCredential.GetCaCert())
		connection, _ := stranger.dial(t, child)
		_, err := v2.NewConnectorServiceClient(connection).GetMetadata(t.Context(), &v2.ConnectorServiceGetMetadataRequest{})
		check.Equal(t, "code", status.Code(err), codes.Unknown)
		_, err = v2.NewConnectorServiceClient(connection).GetMetadata(t.Context(), &v2.ConnectorServiceGetMetadataRequest{})
		check.That(t, err != nil, "a stranger was served")
	})
}

// parent consists of the parts of the SDK's parent, so that tests can control them.
type parent struct {
	clientCredential, serverCredential *utls_v1.Credential
	// sessions stores what children keep for a sync.
	sessions    *session.GRPCSessionServer
	sessionPort uint32
	calls       *callCounts
}

func newParent(t *testing.T) *parent {
	t.Helper()
	p := &parent{sessions: session.NewGRPCSessionServer(), calls: &callCounts{counts: map[string]int{}}}
	var err error
	p.clientCredential, p.serverCredential, err = utls.GenerateClientServerCredentials(t.Context())
	check.Succeeds(t, "make certificates", err)
	tlsConfig, err := utls.ListenerConfig(t.Context(), p.serverCredential)
	check.Succeeds(t, "use the certificates", err)
	listener := listen(t)
	p.sessionPort = uint32(listener.Addr().(*net.TCPAddr).Port)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	t.Cleanup(cancel)
	go func() {
		_ = session.StartGRPCSessionServerWithOptions(ctx, listener, p.sessions, grpc.Creds(credentials.NewTLS(tlsConfig)),
			grpc.ChainUnaryInterceptor(append(ugrpc.UnaryServerInterceptor(ctx), p.calls.onServer)...))
	}()
	return p
}

// openSync opens a file with a new sync and keeps the session in it, as the syncer does. Returns the id of the sync.
func (p *parent) openSync(t *testing.T) string {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	store, err := dotc1z.NewStore(ctx, filepath.Join(t.TempDir(), "sync.c1z"))
	check.Succeeds(t, "open a file with the SDK", err)
	t.Cleanup(func() { _ = store.Close(ctx) })
	syncID, err := store.StartNewSync(ctx, connectorstore.SyncTypeFull, "")
	check.Succeeds(t, "start a sync with the SDK", err)
	p.sessions.SetSessionStore(ctx, store.SessionStore())
	return syncID
}

// called returns how often the children have called a method of the session store.
func (p *parent) called(method string) int {
	return p.calls.of(method)
}

func (p *parent) startChild(t *testing.T, percipio *program.Percipio, flags ...string) *program.Child {
	t.Helper()
	listener := listen(t)
	defer listener.Close()
	return program.StartChild(t, percipio, listener, connector_wrapper.ServerConfig_builder{
		Credential:             p.serverCredential,
		SessionStoreListenPort: p.sessionPort,
	}.Build(), flags...)
}

// dial connects to a child like the SDK's parent, with the rate limiter before each call.
func (p *parent) dial(t *testing.T, child *program.Child) (*grpc.ClientConn, *callCounts) {
	t.Helper()
	tlsConfig, err := utls.ClientConfig(t.Context(), p.clientCredential)
	check.Succeeds(t, "use the certificates", err)
	calls := &callCounts{counts: map[string]int{}}
	connection, err := grpc.NewClient(child.Address, grpc.WithTransportCredentials(credentials.NewTLS(tlsConfig)),
		grpc.WithChainUnaryInterceptor(ratelimit.UnaryInterceptor(time.Now), calls.onClient))
	check.Succeeds(t, "connect", err)
	t.Cleanup(func() { _ = connection.Close() })
	return connection, calls
}

func (p *parent) client(t *testing.T, child *program.Child, syncID string) *client {
	t.Helper()
	connection, _ := p.dial(t, child)
	return &client{
		connection: connection,
		resources:  v2.NewResourcesServiceClient(connection),
		grants:     v2.NewGrantsServiceClient(connection),
		syncID:     syncID,
	}
}

func listen(t *testing.T) *net.TCPListener {
	t.Helper()
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	check.Succeeds(t, "listen", err)
	return listener
}

func countSessionValues(t *testing.T, database *sql.DB) int {
	t.Helper()
	count := -1
	queryRows(t, database, "select count(*) from v1_connector_sessions", func(rows *sql.Rows) error {
		return rows.Scan(&count)
	})
	return count
}

// callCounts counts calls by method name.
type callCounts struct {
	mutex  sync.Mutex
	counts map[string]int
}

func (c *callCounts) add(method string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.counts[filepath.Base(method)]++
}

func (c *callCounts) of(method string) int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.counts[method]
}

func (c *callCounts) total() int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	total := 0
	for _, count := range c.counts {
		total += count
	}
	return total
}

func (c *callCounts) onClient(ctx context.Context, method string, request, answer any, connection *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
	c.add(method)
	return invoke(ctx, method, request, answer, connection, options...)
}

func (c *callCounts) onServer(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	c.add(info.FullMethod)
	return handle(ctx, request)
}
