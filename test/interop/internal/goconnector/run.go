package goconnector

import (
	"context"
	"os"

	"github.com/spf13/viper"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/annotations"
	"github.com/conductorone/baton-sdk/pkg/cli"
	"github.com/conductorone/baton-sdk/pkg/config"
	"github.com/conductorone/baton-sdk/pkg/connectorbuilder"
	"github.com/conductorone/baton-sdk/pkg/field"
	"github.com/conductorone/baton-sdk/pkg/types/resource"
)

// variable turns a process into this connector, with its flags and variables and the SDK's runner.
const variable = "INTEROP_GO_CONNECTOR"

// Env is the environment that makes a process with this executable the connector.
var Env = []string{variable + "=true"}

// RunIfAsked must be called first in a process. It does not return in one that got Env: such a process is the
// connector's parent or, when that starts it again, its child.
func RunIfAsked() {
	if os.Getenv(variable) == "" {
		return
	}
	// It ends the process itself when something fails.
	config.RunConnector(context.Background(), "baton-teams", "v0.0.0", field.NewConfiguration(nil), newRunnable)
	os.Exit(0)
}

func newRunnable(context.Context, *viper.Viper, *cli.ConnectorOpts) (connectorbuilder.ConnectorBuilderV2, []connectorbuilder.Opt, error) {
	data, err := newData()
	return &runnable{connector{data}}, nil, err
}

// runnable is the connector in the form that the SDK's runner expects.
type runnable struct {
	connector
}

func (r *runnable) ResourceSyncers(ctx context.Context) []connectorbuilder.ResourceSyncerV2 {
	var syncers []connectorbuilder.ResourceSyncerV2
	for _, each := range r.connector.ResourceSyncers(ctx) {
		syncers = append(syncers, &runnableSyncer{each})
	}
	return syncers
}

type runnableSyncer struct {
	connectorbuilder.ResourceSyncer
}

func (s *runnableSyncer) List(ctx context.Context, parent *v2.ResourceId, options resource.SyncOpAttrs) ([]*v2.Resource, *resource.SyncOpResults, error) {
	return withResults(s.ResourceSyncer.List(ctx, parent, &options.PageToken))
}

func (s *runnableSyncer) Entitlements(ctx context.Context, of *v2.Resource, options resource.SyncOpAttrs) ([]*v2.Entitlement, *resource.SyncOpResults, error) {
	return withResults(s.ResourceSyncer.Entitlements(ctx, of, &options.PageToken))
}

func (s *runnableSyncer) Grants(ctx context.Context, of *v2.Resource, options resource.SyncOpAttrs) ([]*v2.Grant, *resource.SyncOpResults, error) {
	return withResults(s.ResourceSyncer.Grants(ctx, of, &options.PageToken))
}

func withResults[Item any](items []Item, nextPageToken string, annotations annotations.Annotations, err error) ([]Item, *resource.SyncOpResults, error) {
	return items, &resource.SyncOpResults{NextPageToken: nextPageToken, Annotations: annotations}, err
}

// Truth is what a correct sync of the connector finds.
type Truth struct {
	ResourceKeys, EntitlementIDs, GrantIDs []string
}

// NewTruth returns the truth about a connector without a fault.
func NewTruth() (Truth, error) {
	data, err := newData()
	if err != nil {
		return Truth{}, err
	}
	var truth Truth
	for _, each := range append(data.Members, data.Teams...) {
		truth.ResourceKeys = append(truth.ResourceKeys, each.GetId().GetResourceType()+":"+each.GetId().GetResource())
	}
	for _, team := range data.Teams {
		for _, each := range data.Entitlements[team.GetId().GetResource()] {
			truth.EntitlementIDs = append(truth.EntitlementIDs, each.GetId())
		}
		for _, each := range data.Grants[team.GetId().GetResource()] {
			truth.GrantIDs = append(truth.GrantIDs, each.GetId())
		}
	}
	return truth, nil
}
