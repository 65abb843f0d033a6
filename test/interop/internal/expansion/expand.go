package expansion

import (
	"context"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	reader_v2 "github.com/conductorone/baton-sdk/pb/c1/reader/v2"
	"github.com/conductorone/baton-sdk/pkg/connectorstore"
	"github.com/conductorone/baton-sdk/pkg/dotc1z"
	"github.com/conductorone/baton-sdk/pkg/dotc1z/c1zstore"
	"github.com/conductorone/baton-sdk/pkg/sdk"
	sdksync "github.com/conductorone/baton-sdk/pkg/sync"
	"github.com/conductorone/baton-sdk/pkg/sync/expand"
)

// Complete expands the grants of a file with the SDK's expander, as its syncer does, but runs every action that is queued.
// The syncer stops as soon as each edge of the graph is expanded once. With merged cycles there are several actions for
// one edge, in random order, and those still queued at the end are lost.
//
// It returns the layer of each entitlement: the length of the longest path to it. The expander works layer by layer.
func Complete(ctx context.Context, path, temporaryFolder string) (map[string]int, error) {
	store, err := dotc1z.NewStore(ctx, path, dotc1z.WithTmpDir(temporaryFolder))
	if err != nil {
		return nil, err
	}
	defer func() { _ = store.Close(ctx) }()
	run, err := store.SyncMeta().LatestFinishedSyncOfAnyType(ctx)
	if err != nil {
		return nil, fmt.Errorf("find the sync: %w", err)
	}
	if err := store.SetCurrentSync(ctx, run.ID); err != nil {
		return nil, err
	}
	graph, err := loadGraph(ctx, store)
	if err != nil {
		return nil, err
	}
	if err := graph.FixCycles(ctx); err != nil {
		return nil, err
	}
	layers := layersOf(graph)
	expander := expand.NewExpander(sdksync.NewExpanderStore(store), graph)
	for len(graph.Actions) > 0 || !expander.IsDone(ctx) {
		if err := expander.RunSingleStep(ctx); err != nil {
			return nil, err
		}
	}
	if err := store.EndSync(ctx); err != nil {
		return nil, err
	}
	return layers, store.Close(ctx)
}

func layersOf(graph *expand.EntitlementGraph) map[string]int {
	byNode := map[int]int{}
	var layerOf func(node int) int
	layerOf = func(node int) int {
		layer, known := byNode[node]
		if !known {
			for source := range graph.DestinationsToSources[node] {
				layer = max(layer, layerOf(source)+1)
			}
			byNode[node] = layer
		}
		return layer
	}
	layers := map[string]int{}
	for id, node := range graph.EntitlementsToNodes {
		layers[id] = layerOf(node)
	}
	return layers
}

// loadGraph loads the graph as the syncer does. The worlds here have no grant whose principal differs from its source's
// resource.
func loadGraph(ctx context.Context, store c1zstore.Store) (*expand.EntitlementGraph, error) {
	graph := expand.NewEntitlementGraph(ctx)
	for token := ""; ; {
		page, next, err := store.Grants().PendingExpansionPage(ctx, token)
		if err != nil {
			return nil, err
		}
		for _, pending := range page {
			for _, sourceID := range pending.Annotation.GetEntitlementIds() {
				_, err := store.GetEntitlement(ctx, &reader_v2.EntitlementsReaderServiceGetEntitlementRequest{EntitlementId: sourceID})
				if status.Code(err) == codes.NotFound {
					continue
				}
				if err != nil {
					return nil, err
				}
				graph.AddEntitlementID(pending.TargetEntitlementID)
				graph.AddEntitlementID(sourceID)
				err = graph.AddEdge(ctx, sourceID, pending.TargetEntitlementID, pending.Annotation.GetShallow(), pending.Annotation.GetResourceTypeIds())
				if err != nil {
					return nil, err
				}
			}
		}
		if next == "" {
			graph.Loaded = true
			return graph, nil
		}
		token = next
	}
}

// Expand expands the grants of a file with the SDK's syncer, as its compactor does, and saves the file.
func Expand(ctx context.Context, path, temporaryFolder string) error {
	store, err := dotc1z.NewStore(ctx, path, dotc1z.WithTmpDir(temporaryFolder))
	if err != nil {
		return err
	}
	if err := expandWithSyncer(ctx, store, temporaryFolder); err != nil {
		_ = store.Close(ctx)
		return err
	}
	return store.Close(ctx)
}

// Measure does the same without saving the file. It calls before and after around the expansion, and returns the number
// of grants.
func Measure(ctx context.Context, path, temporaryFolder string, before, after func()) (int64, error) {
	store, err := dotc1z.NewStore(ctx, path, dotc1z.WithTmpDir(temporaryFolder))
	if err != nil {
		return 0, err
	}
	before()
	if err := expandWithSyncer(ctx, store, temporaryFolder); err != nil {
		return 0, err
	}
	after()
	run, err := store.SyncMeta().LatestFinishedSyncOfAnyType(ctx)
	if err != nil {
		return 0, err
	}
	stats, err := store.SyncMeta().Stats(ctx, connectorstore.SyncTypeFull, run.ID)
	return stats["grants"], err
}

func expandWithSyncer(ctx context.Context, store c1zstore.Store, temporaryFolder string) error {
	run, err := store.SyncMeta().LatestFinishedSyncOfAnyType(ctx)
	if err != nil {
		return fmt.Errorf("find the sync: %w", err)
	}
	connector, err := sdk.NewEmptyConnector()
	if err != nil {
		return err
	}
	syncer, err := sdksync.NewSyncer(ctx, connector,
		sdksync.WithConnectorStore(store), sdksync.WithTmpDir(temporaryFolder),
		sdksync.WithSyncID(run.ID), sdksync.WithOnlyExpandGrants())
	if err != nil {
		return err
	}
	return syncer.Sync(ctx)
}
