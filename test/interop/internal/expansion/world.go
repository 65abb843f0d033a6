// Package expansion makes random worlds with grants to expand, and expands them with the SDK.
package expansion

import (
	"context"
	"fmt"
	"math/rand/v2"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/connectorstore"
	"github.com/conductorone/baton-sdk/pkg/dotc1z"
	"github.com/conductorone/baton-sdk/pkg/dotc1z/c1zstore"
)

// Shape is what a world is like.
type Shape struct {
	// Cyclic allows groups to contain each other.
	Cyclic bool
	// SamePrincipals describes a principal with the same words in each of its grants.
	SamePrincipals bool
}

// World is what a connector lists.
type World struct {
	Types        []*v2.ResourceType
	Resources    []*v2.Resource
	Entitlements []*v2.Entitlement
	Grants       []*v2.Grant
}

type builder struct {
	World
	*rand.Rand
	shape      Shape
	principals []*v2.Resource
	// sources are the entitlements of each group, in an order in which the edges of an acyclic world go forward.
	groups  []*v2.Resource
	sources [][]*v2.Entitlement
	listed  map[string]bool
}

// RandomWorld makes a world. The same seed makes the same one.
func RandomWorld(seed uint64, shape Shape) World {
	b := &builder{Rand: rand.New(rand.NewPCG(seed, 1)), shape: shape, listed: map[string]bool{}}
	for _, id := range []string{"user", "bot", "group", "app"} {
		b.Types = append(b.Types, &v2.ResourceType{Id: id, DisplayName: id})
	}
	for i := range 3 + b.IntN(12) {
		b.principals = append(b.principals, b.resource([]string{"user", "user", "bot"}[b.IntN(3)], fmt.Sprintf("p%d%s", i, b.suffix())))
	}
	for i := range 2 + b.IntN(8) {
		b.addHolder("group", fmt.Sprintf("g%d%s", i, b.suffix()))
	}
	for i := range 1 + b.IntN(4) {
		b.addHolder("app", fmt.Sprintf("a%d%s", i, b.suffix()))
	}
	b.addDirectGrants()
	b.addExpandableGrants()
	b.Shuffle(len(b.Grants), func(i, j int) { b.Grants[i], b.Grants[j] = b.Grants[j], b.Grants[i] })
	return b.World
}

// suffix makes ids whose order in UTF-8 is not that of UTF-16, or which start alike.
func (b *builder) suffix() string {
	return []string{"", "", "", "", "x", ":1", " é", "\uffee", "😀"}[b.IntN(9)]
}

func (b *builder) chance(percent int) bool { return b.IntN(100) < percent }

func (b *builder) resource(resourceType, id string) *v2.Resource {
	resource := &v2.Resource{Id: &v2.ResourceId{ResourceType: resourceType, Resource: id}, DisplayName: "Name of " + id}
	b.Resources = append(b.Resources, resource)
	return resource
}

// addHolder adds a resource with entitlements. Groups and apps are both sources and destinations.
func (b *builder) addHolder(resourceType, id string) {
	holder := b.resource(resourceType, id)
	var entitlements []*v2.Entitlement
	for i := range 1 + b.IntN(2) {
		slug := []string{"member", "admin"}[i]
		entitlement := &v2.Entitlement{
			Id: resourceType + ":" + id + ":" + slug, Slug: slug, DisplayName: slug, Resource: holder,
			GrantableTo: []*v2.ResourceType{b.Types[0]},
		}
		if b.chance(20) {
			entitlement.Annotations = append(entitlement.Annotations, pack(&v2.EntitlementImmutable{}))
		}
		entitlements = append(entitlements, entitlement)
		// A few are not listed.
		if !b.chance(4) {
			b.Entitlements = append(b.Entitlements, entitlement)
		}
	}
	b.groups = append(b.groups, holder)
	b.sources = append(b.sources, entitlements)
}

func (b *builder) addDirectGrants() {
	for _, entitlements := range b.sources {
		for _, entitlement := range entitlements {
			for range b.IntN(len(b.principals) + 1) {
				grant := b.grant(entitlement, b.principals[b.IntN(len(b.principals))])
				// Sources that the connector sets itself.
				if b.chance(5) {
					grant.Sources = &v2.GrantSources{Sources: map[string]*v2.GrantSources_GrantSource{}}
					for range b.IntN(3) {
						source := []string{entitlement.Id, "elsewhere", b.anySource().Id}[b.IntN(3)]
						grant.Sources.Sources[source] = &v2.GrantSources_GrantSource{IsDirect: b.chance(50)}
					}
				}
				if b.chance(10) {
					grant.Annotations = append(grant.Annotations, pack(&v2.GrantMetadata{}))
				}
			}
		}
	}
}

func (b *builder) anySource() *v2.Entitlement {
	of := b.sources[b.IntN(len(b.sources))]
	return of[b.IntN(len(of))]
}

func (b *builder) addExpandableGrants() {
	for range b.IntN(3 * len(b.groups)) {
		from, to := b.IntN(len(b.groups)), b.IntN(len(b.groups))
		if !b.shape.Cyclic {
			if from == to {
				continue
			}
			from, to = min(from, to), max(from, to)
		}
		expandable := &v2.GrantExpandable{Shallow: b.chance(30)}
		for _, source := range b.sources[from] {
			if b.chance(70) {
				expandable.EntitlementIds = append(expandable.EntitlementIds, source.Id)
			}
		}
		if b.chance(10) {
			expandable.EntitlementIds = append(expandable.EntitlementIds, "nowhere", " ")
		}
		for _, typeID := range []string{"user", "bot", "group"} {
			if b.chance(12) {
				expandable.ResourceTypeIds = append(expandable.ResourceTypeIds, typeID)
			}
		}
		grant := b.grant(b.sources[to][b.IntN(len(b.sources[to]))], b.groups[from])
		grant.Annotations = append(grant.Annotations, pack(expandable))
	}
}

// grant adds a grant. Some principals have several of the same entitlement, and some grants come twice.
func (b *builder) grant(entitlement *v2.Entitlement, principal *v2.Resource) *v2.Grant {
	principal = proto.Clone(principal).(*v2.Resource)
	id := entitlement.Id + ":" + principal.Id.ResourceType + ":" + principal.Id.Resource
	switch {
	case !b.shape.SamePrincipals && b.chance(50):
		principal.DisplayName = fmt.Sprintf("Name %d", b.IntN(1000))
	case b.chance(10):
		// Equal principals can still be different messages than those that were listed.
		principal.ParentResourceId = &v2.ResourceId{ResourceType: "app", Resource: "parent"}
	}
	if b.shape.SamePrincipals {
		principal.ParentResourceId = nil
	}
	if b.chance(10) {
		id = fmt.Sprintf("own id %d", b.IntN(1_000_000))
	}
	stub := &v2.Entitlement{Id: entitlement.Id, Resource: &v2.Resource{Id: entitlement.Resource.Id}}
	grant := &v2.Grant{Id: id, Entitlement: stub, Principal: principal}
	b.Grants = append(b.Grants, grant)
	return grant
}

func pack(message proto.Message) *anypb.Any {
	packed, err := anypb.New(message)
	if err != nil {
		panic(err)
	}
	return packed
}

// Write writes a world into a new file, as one finished sync.
func (w World) Write(ctx context.Context, path string) error {
	store, err := dotc1z.NewStore(ctx, path, dotc1z.WithEngine(c1zstore.EngineSQLite))
	if err != nil {
		return err
	}
	defer func() { _ = store.Close(ctx) }()
	if _, err := store.StartNewSync(ctx, connectorstore.SyncTypeFull, ""); err != nil {
		return err
	}
	if err := store.PutResourceTypes(ctx, w.Types...); err != nil {
		return err
	}
	if err := store.PutResources(ctx, w.Resources...); err != nil {
		return err
	}
	if err := store.PutEntitlements(ctx, w.Entitlements...); err != nil {
		return err
	}
	if err := store.PutGrants(ctx, w.Grants...); err != nil {
		return err
	}
	if err := store.EndSync(ctx); err != nil {
		return err
	}
	return store.Close(ctx)
}

// Chain is a world of groups, each of which is a member of the next one; the first has a user.
func Chain(groups int) World {
	b := &builder{Rand: rand.New(rand.NewPCG(0, 0))}
	b.Types = append(b.Types, &v2.ResourceType{Id: "user"}, &v2.ResourceType{Id: "group"})
	for i := range groups {
		group := b.resource("group", fmt.Sprintf("g%d", i))
		b.groups = append(b.groups, group)
		member := &v2.Entitlement{Id: fmt.Sprintf("group:g%d:member", i), Resource: group}
		b.Entitlements = append(b.Entitlements, member)
		if i == 0 {
			b.grant(member, b.resource("user", "u"))
			continue
		}
		source := b.Entitlements[i-1].Id
		grant := b.grant(member, b.groups[i-1])
		grant.Annotations = append(grant.Annotations, pack(&v2.GrantExpandable{EntitlementIds: []string{source}}))
	}
	return b.World
}

// Mismatch is a world with a grant that is to be expanded from an entitlement of another group than its principal.
func Mismatch() World {
	world := Chain(3)
	world.Grants[2].Annotations = []*anypb.Any{pack(&v2.GrantExpandable{EntitlementIds: []string{world.Entitlements[0].Id}})}
	return world
}
