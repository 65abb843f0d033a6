package hostile

import (
	"context"
	"maps"
	"net"
	"slices"
	"sync"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/annotations"
)

// callsMax ends a sync that would never end: every call after so many fails.
const callsMax = 4000

// Server is a connector that answers from a world, to one sync.
type Server struct {
	// Address is host:port.
	Address string

	world    *World
	mutex    sync.Mutex
	attempts map[Call]int
	calls    int
}

// Serve serves a world on loopback until the test ends. Each sync needs a server of its own: the failures of a page are
// counted down.
func Serve(t testing.TB, world *World) *Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Address: listener.Addr().String(), world: world, attempts: map[Call]int{}}
	server := grpc.NewServer()
	v2.RegisterConnectorServiceServer(server, &connectorService{server: s})
	v2.RegisterResourceTypesServiceServer(server, &typesService{server: s})
	v2.RegisterResourcesServiceServer(server, &resourcesService{server: s})
	v2.RegisterResourceGetterServiceServer(server, &getterService{server: s})
	v2.RegisterEntitlementsServiceServer(server, &entitlementsService{server: s})
	v2.RegisterGrantsServiceServer(server, &grantsService{server: s})
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	return s
}

// Calls are the calls so far, with how often each was made.
func (s *Server) Calls() map[Call]int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return maps.Clone(s.attempts)
}

// answer is the page for a call, or the failure that the world has for this attempt.
func (s *Server) answer(call Call) (*Page, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.calls++
	if s.calls > callsMax {
		return nil, status.Error(codes.Aborted, "this sync never ends")
	}
	attempt := s.attempts[call]
	s.attempts[call]++
	page := s.world.Pages[call]
	switch {
	case page == nil && call.Token == "":
		return &Page{}, nil
	case page == nil:
		return nil, status.Errorf(codes.InvalidArgument, "there is no page %q of %s(%s)", call.Token, call.Method, call.Subject)
	case attempt < len(page.Failures):
		return nil, page.Failures[attempt]
	case page.Fails != nil:
		return nil, page.Fails
	}
	return page, nil
}

// list answers a list call. Items are copied: an interceptor or the other sync must not see a change.
func list[Item proto.Message](s *Server, method Method, subject, token string) ([]Item, string, []*anypb.Any, error) {
	page, err := s.answer(Call{method, subject, token})
	if err != nil {
		return nil, "", nil, err
	}
	items := make([]Item, 0, len(page.Items))
	for _, item := range page.Items {
		items = append(items, item.(Item))
	}
	return items, page.Next, slices.Clone(page.Annotations), nil
}

type connectorService struct {
	v2.UnimplementedConnectorServiceServer
	server *Server
}

func (c *connectorService) GetMetadata(context.Context, *v2.ConnectorServiceGetMetadataRequest) (*v2.ConnectorServiceGetMetadataResponse, error) {
	return &v2.ConnectorServiceGetMetadataResponse{Metadata: &v2.ConnectorMetadata{DisplayName: "Hostile"}}, nil
}

func (c *connectorService) Validate(context.Context, *v2.ConnectorServiceValidateRequest) (*v2.ConnectorServiceValidateResponse, error) {
	if _, err := c.server.answer(Call{Method: Validate}); err != nil {
		return nil, err
	}
	return &v2.ConnectorServiceValidateResponse{SdkVersion: "v0.25.0"}, nil
}

func (c *connectorService) Cleanup(context.Context, *v2.ConnectorServiceCleanupRequest) (*v2.ConnectorServiceCleanupResponse, error) {
	return &v2.ConnectorServiceCleanupResponse{}, nil
}

type typesService struct {
	v2.UnimplementedResourceTypesServiceServer
	server *Server
}

func (c *typesService) ListResourceTypes(_ context.Context, request *v2.ResourceTypesServiceListResourceTypesRequest) (*v2.ResourceTypesServiceListResourceTypesResponse, error) {
	items, next, annotations, err := list[*v2.ResourceType](c.server, Types, "", request.GetPageToken())
	if err != nil {
		return nil, err
	}
	return &v2.ResourceTypesServiceListResourceTypesResponse{List: items, NextPageToken: next, Annotations: annotations}, nil
}

type resourcesService struct {
	v2.UnimplementedResourcesServiceServer
	server *Server
}

func (c *resourcesService) ListResources(_ context.Context, request *v2.ResourcesServiceListResourcesRequest) (*v2.ResourcesServiceListResourcesResponse, error) {
	subject := OfType(request.GetResourceTypeId())
	if parent := request.GetParentResourceId(); parent != nil {
		subject = Below(request.GetResourceTypeId(), parent)
	}
	items, next, annotations, err := list[*v2.Resource](c.server, Resources, subject, request.GetPageToken())
	if err != nil {
		return nil, err
	}
	return &v2.ResourcesServiceListResourcesResponse{List: items, NextPageToken: next, Annotations: annotations}, nil
}

type getterService struct {
	v2.UnimplementedResourceGetterServiceServer
	server *Server
}

// GetResource answers the first item of the page for the resource, or NOT_FOUND without one.
func (c *getterService) GetResource(_ context.Context, request *v2.ResourceGetterServiceGetResourceRequest) (*v2.ResourceGetterServiceGetResourceResponse, error) {
	items, _, annotations, err := list[*v2.Resource](c.server, GetResource, Of(request.GetResourceId()), "")
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return nil, status.Errorf(codes.NotFound, "there is no %s", Of(request.GetResourceId()))
	}
	return &v2.ResourceGetterServiceGetResourceResponse{Resource: items[0], Annotations: annotations}, nil
}

type entitlementsService struct {
	v2.UnimplementedEntitlementsServiceServer
	server *Server
}

func (c *entitlementsService) ListStaticEntitlements(_ context.Context, request *v2.EntitlementsServiceListStaticEntitlementsRequest) (*v2.EntitlementsServiceListStaticEntitlementsResponse, error) {
	items, next, annotations, err := list[*v2.Entitlement](c.server, Static, OfType(request.GetResourceTypeId()), request.GetPageToken())
	if err != nil {
		return nil, err
	}
	return &v2.EntitlementsServiceListStaticEntitlementsResponse{List: items, NextPageToken: next, Annotations: annotations}, nil
}

func (c *entitlementsService) ListEntitlements(_ context.Context, request *v2.EntitlementsServiceListEntitlementsRequest) (*v2.EntitlementsServiceListEntitlementsResponse, error) {
	subject := subjectOf(request.GetResource(), request.GetAnnotations(), &v2.TypeScopedEntitlements{})
	items, next, annotations, err := list[*v2.Entitlement](c.server, Entitlements, subject, request.GetPageToken())
	if err != nil {
		return nil, err
	}
	return &v2.EntitlementsServiceListEntitlementsResponse{List: items, NextPageToken: next, Annotations: annotations}, nil
}

type grantsService struct {
	v2.UnimplementedGrantsServiceServer
	server *Server
}

func (c *grantsService) ListGrants(_ context.Context, request *v2.GrantsServiceListGrantsRequest) (*v2.GrantsServiceListGrantsResponse, error) {
	subject := subjectOf(request.GetResource(), request.GetAnnotations(), &v2.TypeScopedGrants{})
	items, next, annotations, err := list[*v2.Grant](c.server, Grants, subject, request.GetPageToken())
	if err != nil {
		return nil, err
	}
	return &v2.GrantsServiceListGrantsResponse{List: items, NextPageToken: next, Annotations: annotations}, nil
}

func subjectOf(resource *v2.Resource, requested annotations.Annotations, typeScope proto.Message) string {
	if requested.Contains(typeScope) {
		return AllOf(resource.GetId().GetResourceType())
	}
	return Of(resource.GetId())
}
