package interop

import (
	"context"
	"io"
	"testing"

	"github.com/segmentio/ksuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/annotations"

	"interop/internal/check"
	"interop/internal/program"
)

// The default message limit of a Go client, which the SDK does not change.
const goReceiveMaxBytes = 4 * 1024 * 1024

func TestGoClients(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{})
	server := program.Serve(t, percipio)
	truth := percipio.Truth

	for _, pageSize := range []uint32{0, 50, 250} {
		name := map[uint32]string{0: "pages as the server makes them", 50: "pages of 50", 250: "pages of 250"}[pageSize]
		t.Run(name, func(t *testing.T) {
			client := newClient(t, server, pageSize)
			before := percipio.ReportsRequested(t)
			found := client.walk(t)
			check.SameIDs(t, "resources", found.resources, truth.ResourceIDs())
			check.SameIDs(t, "entitlements", found.entitlements, truth.EntitlementIDs)
			check.SameIDs(t, "grants", found.grants, truth.GrantIDs)
			check.Equal(t, "reports requested", percipio.ReportsRequested(t)-before, 1)
			t.Logf("%d calls for %d resources, %d entitlements, %d grants; largest answer %d bytes",
				client.calls, len(found.resources), len(found.entitlements), len(found.grants), client.largest)
		})
	}

	t.Run("what belongs to each course, though its type can be asked at once", func(t *testing.T) {
		client := newClient(t, server, 0)
		for _, courseID := range truth.CourseIDs {
			course := &v2.Resource{Id: &v2.ResourceId{ResourceType: "course", Resource: courseID}}
			check.SameIDs(t, "entitlements of course "+courseID, entitlementIDs(client.listEntitlements(t, course, nil)), truth.EntitlementsOf(courseID))
			got, want := grantIDs(client.listGrants(t, course, nil)), truth.GrantsOf(courseID)
			if len(want) > 0 {
				check.SameIDs(t, "grants of course "+courseID, got, want)
			} else {
				check.NoIDs(t, "grants of course "+courseID, got)
			}
		}
	})

	t.Run("one resource at a time", func(t *testing.T) {
		client := newClient(t, server, 0)
		getter := v2.NewResourceGetterServiceClient(client.connection)
		for _, id := range []*v2.ResourceId{
			{ResourceType: "user", Resource: truth.UserIDs[0]}, {ResourceType: "course", Resource: truth.CourseIDs[0]},
			{ResourceType: "role", Resource: truth.RoleIDs[0]},
		} {
			got, err := getter.GetResource(t.Context(), &v2.ResourceGetterServiceGetResourceRequest{ResourceId: id})
			check.Succeeds(t, "get "+resourceKey(id), err)
			check.Equal(t, "resource", resourceKey(got.GetResource().GetId()), resourceKey(id))
		}
	})

	t.Run("an asset ends empty, an error carries its code", func(t *testing.T) {
		client := newClient(t, server, 0)
		asset, err := v2.NewAssetServiceClient(client.connection).GetAsset(t.Context(),
			&v2.AssetServiceGetAssetRequest{Asset: &v2.AssetRef{Id: "x"}})
		check.Succeeds(t, "get an asset", err)
		_, err = asset.Recv()
		check.That(t, err == io.EOF, "the asset ends with %v", err)

		_, err = client.resources.ListResources(t.Context(), &v2.ResourcesServiceListResourcesRequest{ResourceTypeId: "group"})
		check.Equal(t, "code for an unknown type", status.Code(err), codes.NotFound)
	})
}

// Everybody takes one course: its grants do not fit into one message.
func TestGoClientsOfALargeCourse(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{Users: 36_000, Courses: 1, ActivityRows: 80_000})
	server := program.Serve(t, percipio)
	courseID := percipio.Truth.MostTakenCourse()
	want := percipio.Truth.GrantsOf(courseID)
	check.That(t, len(want) > 30_000, "the course has only %d grants", len(want))

	client := newClient(t, server, 0)
	course := &v2.Resource{Id: &v2.ResourceId{ResourceType: "course", Resource: courseID}}
	grants := client.listGrants(t, course, nil)
	check.SameIDs(t, "grants of the course", grantIDs(grants), want)

	whole := proto.Size(&v2.GrantsServiceListGrantsResponse{List: grants})
	check.That(t, whole > goReceiveMaxBytes, "all grants in one message would be only %d bytes", whole)
	t.Logf("%d grants, %d bytes, in %d calls; largest answer %d bytes", len(grants), whole, client.calls, client.largest)
}

// client calls a server like the SDK's syncer: with the generated clients and Go's default limits.
type client struct {
	connection *grpc.ClientConn
	resources  v2.ResourcesServiceClient
	grants     v2.GrantsServiceClient
	pageSize   uint32
	syncID     string
	// perResource makes walks list resources one by one, even for type-scoped types.
	perResource bool
	// calls counts responses, and largest is the size of the largest one in bytes.
	calls, largest int
}

func newClient(t *testing.T, server *program.Server, pageSize uint32) *client {
	t.Helper()
	return dialClient(t, server.Address, pageSize)
}

func dialClient(t *testing.T, address string, pageSize uint32, options ...grpc.DialOption) *client {
	t.Helper()
	c := &client{pageSize: pageSize, syncID: ksuid.New().String()}
	var err error
	c.connection, err = grpc.NewClient(address, append(options,
		grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithUnaryInterceptor(c.inspect))...)
	check.Succeeds(t, "connect", err)
	t.Cleanup(func() { _ = c.connection.Close() })
	c.resources, c.grants = v2.NewResourcesServiceClient(c.connection), v2.NewGrantsServiceClient(c.connection)
	return c
}

// inspect records each response, and rejects one that violates the SDK's rules.
func (c *client) inspect(ctx context.Context, method string, request, answer any, connection *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
	if err := invoke(ctx, method, request, answer, connection, options...); err != nil {
		return err
	}
	message := answer.(validated)
	c.calls++
	c.largest = max(c.largest, proto.Size(message))
	return message.ValidateAll()
}

// walked is what a walk through a connector found.
type walked struct {
	resources, entitlements, grants []string
}

// walk makes all calls of a sync, in the order of the SDK's syncer.
func (c *client) walk(t *testing.T) walked {
	t.Helper()
	ctx := t.Context()
	connector := v2.NewConnectorServiceClient(c.connection)
	_, err := connector.Validate(ctx, &v2.ConnectorServiceValidateRequest{})
	check.Succeeds(t, "validate", err)

	var found walked
	types, _ := readPages(t, "list resource types", func(token string) (*v2.ResourceTypesServiceListResourceTypesResponse, error) {
		return v2.NewResourceTypesServiceClient(c.connection).ListResourceTypes(ctx,
			&v2.ResourceTypesServiceListResourceTypesRequest{PageSize: c.pageSize, PageToken: token, ActiveSyncId: c.syncID})
	})
	for _, resourceType := range types {
		if c.perResource {
			withoutTypeScope(resourceType)
		}
		resources, _ := readPages(t, "list resources", func(token string) (*v2.ResourcesServiceListResourcesResponse, error) {
			return c.resources.ListResources(ctx, &v2.ResourcesServiceListResourcesRequest{
				ResourceTypeId: resourceType.GetId(), PageSize: c.pageSize, PageToken: token, ActiveSyncId: c.syncID,
			})
		})
		found.resources = append(found.resources, resourceKeys(resources)...)
		if has(resourceType, &v2.SkipEntitlementsAndGrants{}) {
			continue
		}
		for _, stub := range stubs(resourceType, resources, &v2.TypeScopedEntitlements{}) {
			found.entitlements = append(found.entitlements, entitlementIDs(c.listEntitlements(t, stub.resource, stub.marker))...)
		}
		for _, stub := range stubs(resourceType, resources, &v2.TypeScopedGrants{}) {
			found.grants = append(found.grants, grantIDs(c.listGrants(t, stub.resource, stub.marker))...)
		}
	}
	_, err = connector.Cleanup(ctx, &v2.ConnectorServiceCleanupRequest{ActiveSyncId: c.syncID})
	check.Succeeds(t, "clean up", err)
	return found
}

func (c *client) listEntitlements(t *testing.T, resource *v2.Resource, marker []*anypb.Any) []*v2.Entitlement {
	t.Helper()
	entitlements, _ := readPages(t, "list entitlements", func(token string) (*v2.EntitlementsServiceListEntitlementsResponse, error) {
		return v2.NewEntitlementsServiceClient(c.connection).ListEntitlements(t.Context(),
			&v2.EntitlementsServiceListEntitlementsRequest{
				Resource: resource, PageSize: c.pageSize, PageToken: token, ActiveSyncId: c.syncID, Annotations: marker,
			})
	})
	return entitlements
}

func (c *client) listGrants(t *testing.T, resource *v2.Resource, marker []*anypb.Any) []*v2.Grant {
	t.Helper()
	grants, _ := readPages(t, "list grants", func(token string) (*v2.GrantsServiceListGrantsResponse, error) {
		return c.grants.ListGrants(t.Context(), &v2.GrantsServiceListGrantsRequest{
			Resource: resource, PageSize: c.pageSize, PageToken: token, ActiveSyncId: c.syncID, Annotations: marker,
		})
	})
	return grants
}

// stub is what the syncer requests: a resource or, for type-scoped types, the whole type, with an annotation on the
// request.
type stub struct {
	resource *v2.Resource
	marker   []*anypb.Any
}

func stubs(resourceType *v2.ResourceType, resources []*v2.Resource, typeScoped proto.Message) []stub {
	if has(resourceType, typeScoped) {
		id := &v2.ResourceId{ResourceType: resourceType.GetId(), Resource: resourceType.GetId()}
		return []stub{{&v2.Resource{Id: id}, annotations.New(typeScoped)}}
	}
	return mapped(resources, func(resource *v2.Resource) stub { return stub{resource, nil} })
}

func has(resourceType *v2.ResourceType, annotation proto.Message) bool {
	all := annotations.Annotations(resourceType.GetAnnotations())
	return all.Contains(annotation)
}
