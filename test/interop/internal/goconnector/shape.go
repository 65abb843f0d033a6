package goconnector

import (
	"context"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/actions"
	"github.com/conductorone/baton-sdk/pkg/annotations"
	"github.com/conductorone/baton-sdk/pkg/connectorbuilder"
	"github.com/conductorone/baton-sdk/pkg/pagination"
	"github.com/conductorone/baton-sdk/pkg/types"
	"github.com/conductorone/baton-sdk/pkg/types/resource"
)

// Shape is what a connector has, but not what it does: to ask the SDK what it declares for such a connector.
type Shape struct {
	// The type `course` is type-scoped, `role` can be granted, and `user` has accounts that are created and deleted and
	// whose passwords are rotated. A single resource of each can be read.
	Types   []*v2.ResourceType
	Account *v2.CredentialDetailsAccountProvisioning
	// Rotation is the kinds of new passwords.
	Rotation *v2.CredentialDetailsCredentialRotation
	Schema   *v2.ConnectorAccountCreationSchema
	Actions  []*v2.BatonActionSchema
	Feeds    []*v2.EventFeedMetadata
}

// NewShaped creates such a connector with the SDK. The test ends if the SDK rejects it.
func NewShaped(t testing.TB, shape Shape) types.ConnectorServer {
	t.Helper()
	connector, err := connectorbuilder.NewConnector(context.WithoutCancel(t.Context()), &shapedConnector{shape})
	if err != nil {
		t.Fatalf("the SDK takes no such connector: %v", err)
	}
	return connector
}

type shapedConnector struct {
	shape Shape
}

func (c *shapedConnector) Metadata(context.Context) (*v2.ConnectorMetadata, error) {
	return v2.ConnectorMetadata_builder{DisplayName: "Shape", AccountCreationSchema: c.shape.Schema}.Build(), nil
}

func (c *shapedConnector) Validate(context.Context) (annotations.Annotations, error) {
	return nil, nil
}

func (c *shapedConnector) ResourceSyncers(context.Context) []connectorbuilder.ResourceSyncerV2 {
	var syncers []connectorbuilder.ResourceSyncerV2
	for _, resourceType := range c.shape.Types {
		common := shapedSyncer{resourceType}
		switch resourceType.GetId() {
		case "course":
			syncers = append(syncers, &courseSyncer{common, scopedGrants{}})
		case "role":
			syncers = append(syncers, &roleSyncer{common, scopedGrants{}})
		case "user":
			syncers = append(syncers, &userSyncer{common, c.shape})
		}
	}
	return syncers
}

func (c *shapedConnector) EventFeeds(context.Context) []connectorbuilder.EventFeed {
	var feeds []connectorbuilder.EventFeed
	for _, metadata := range c.shape.Feeds {
		feeds = append(feeds, shapedFeed{metadata})
	}
	return feeds
}

func (c *shapedConnector) GlobalActions(ctx context.Context, registry actions.ActionRegistry) error {
	for _, schema := range c.shape.Actions {
		own := proto.Clone(schema).(*v2.BatonActionSchema)
		err := registry.Register(ctx, own, func(context.Context, *structpb.Struct) (*structpb.Struct, annotations.Annotations, error) {
			return actions.NewReturnValues(true), nil, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

type shapedSyncer struct {
	resourceType *v2.ResourceType
}

func (s *shapedSyncer) ResourceType(context.Context) *v2.ResourceType {
	return s.resourceType
}

func (s *shapedSyncer) List(context.Context, *v2.ResourceId, resource.SyncOpAttrs) ([]*v2.Resource, *resource.SyncOpResults, error) {
	return nil, nil, nil
}

func (s *shapedSyncer) Entitlements(context.Context, *v2.Resource, resource.SyncOpAttrs) ([]*v2.Entitlement, *resource.SyncOpResults, error) {
	return nil, nil, nil
}

func (s *shapedSyncer) Grants(context.Context, *v2.Resource, resource.SyncOpAttrs) ([]*v2.Grant, *resource.SyncOpResults, error) {
	return nil, nil, nil
}

func (s *shapedSyncer) Get(context.Context, *v2.ResourceId, *v2.ResourceId) (*v2.Resource, annotations.Annotations, error) {
	return nil, nil, nil
}

type scopedGrants struct{}

func (scopedGrants) GrantsForResourceType(context.Context, string, resource.SyncOpAttrs) ([]*v2.Grant, *resource.SyncOpResults, error) {
	return nil, nil, nil
}

type courseSyncer struct {
	shapedSyncer
	scopedGrants
}

func (*courseSyncer) EntitlementsForResourceType(context.Context, string, resource.SyncOpAttrs) ([]*v2.Entitlement, *resource.SyncOpResults, error) {
	return nil, nil, nil
}

type roleSyncer struct {
	shapedSyncer
	scopedGrants
}

func (*roleSyncer) Grant(context.Context, *v2.Resource, *v2.Entitlement) ([]*v2.Grant, annotations.Annotations, error) {
	return nil, nil, nil
}

func (*roleSyncer) Revoke(context.Context, *v2.Grant) (annotations.Annotations, error) {
	return nil, nil
}

type userSyncer struct {
	shapedSyncer
	shape Shape
}

func (*userSyncer) CreateAccount(context.Context, *v2.AccountInfo, *v2.LocalCredentialOptions) (connectorbuilder.CreateAccountResponse, []*v2.PlaintextData, annotations.Annotations, error) {
	return &v2.CreateAccountResponse_SuccessResult{}, nil, nil, nil
}

func (s *userSyncer) CreateAccountCapabilityDetails(context.Context) (*v2.CredentialDetailsAccountProvisioning, annotations.Annotations, error) {
	return s.shape.Account, nil, nil
}

func (*userSyncer) Delete(context.Context, *v2.ResourceId, *v2.ResourceId) (annotations.Annotations, error) {
	return nil, nil
}

func (*userSyncer) Rotate(context.Context, *v2.ResourceId, *v2.LocalCredentialOptions) ([]*v2.PlaintextData, annotations.Annotations, error) {
	return nil, nil, nil
}

func (s *userSyncer) RotateCapabilityDetails(context.Context) (*v2.CredentialDetailsCredentialRotation, annotations.Annotations, error) {
	return s.shape.Rotation, nil, nil
}

type shapedFeed struct {
	metadata *v2.EventFeedMetadata
}

func (f shapedFeed) EventFeedMetadata(context.Context) *v2.EventFeedMetadata {
	return f.metadata
}

func (shapedFeed) ListEvents(context.Context, *timestamppb.Timestamp, *pagination.StreamToken) ([]*v2.Event, *pagination.StreamState, annotations.Annotations, error) {
	return nil, nil, nil, nil
}
