package hostile

import (
	"fmt"
	"math/rand/v2"

	"google.golang.org/protobuf/proto"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
)

// Random is a world from a seed: always the same one. It leaves out what our sync makes better than the Go syncer, see
// docs/parity.md.
func Random(seed uint64) *World {
	r := &randomWorld{World: NewWorld(), random: rand.New(rand.NewPCG(seed, 16)), described: map[string]bool{}}
	r.addTypes()
	r.addResources()
	r.addEntitlements()
	r.addGrants()
	r.addExpansion()
	r.addPages()
	r.addFailures()
	r.chooseOptions()
	return r.World
}

// randomWorld is a world in the making.
type randomWorld struct {
	*World
	random    *rand.Rand
	types     []*v2.ResourceType
	resources []*v2.Resource
	// described are the subjects of the resources that grants to them describe.
	described map[string]bool
	// entitlements are those to grant.
	entitlements []*v2.Entitlement
	// enqueued is how many page tokens were enqueued.
	enqueued int
}

// chance is true with a probability in percent.
func (r *randomWorld) chance(percent int) bool {
	return r.random.IntN(100) < percent
}

func pick[Item any](r *randomWorld, items []Item) Item {
	return items[r.random.IntN(len(items))]
}

var randomTraits = map[v2.ResourceType_Trait]proto.Message{
	v2.ResourceType_TRAIT_USER: &v2.UserTrait{}, v2.ResourceType_TRAIT_GROUP: &v2.GroupTrait{}, v2.ResourceType_TRAIT_ROLE: &v2.RoleTrait{},
	v2.ResourceType_TRAIT_APP: &v2.AppTrait{}, v2.ResourceType_TRAIT_SECRET: &v2.SecretTrait{}, v2.ResourceType_TRAIT_UNSPECIFIED: nil,
}

func (r *randomWorld) addTypes() {
	for i := range 1 + r.random.IntN(5) {
		trait := v2.ResourceType_Trait(r.random.IntN(6))
		var traits []v2.ResourceType_Trait
		if randomTraits[trait] != nil {
			traits = append(traits, trait)
		}
		var annotations []proto.Message
		scoped := r.random.IntN(100)
		if scoped < 25 {
			annotations = append(annotations, &v2.TypeScopedGrants{})
		}
		if scoped >= 15 && scoped < 40 {
			annotations = append(annotations, &v2.TypeScopedEntitlements{})
		}
		if r.chance(20) {
			annotations = append(annotations, r.skip())
		}
		listed := resourceType(fmt.Sprintf("type%d", i), traits, annotations...)
		r.types = append(r.types, listed)
		r.Add(Types, "", listed)
	}
	if r.chance(10) {
		r.Add(Types, "", &v2.ResourceType{DisplayName: "nameless"})
	}
	if r.chance(10) {
		again := proto.Clone(pick(r, r.types)).(*v2.ResourceType)
		again.DisplayName = "again"
		r.Add(Types, "", again)
	}
	if r.chance(10) {
		r.Options.ResourceTypes = []string{pick(r, r.types).GetId()}
	}
}

// allTypes says whether all types are synced. With some alone, the Go syncer cannot read types on several pages, drops the
// pages of resources that contain one of another type, lists static entitlements that it does not store, and syncs
// everything if no target is of these types.
func (r *randomWorld) allTypes() bool {
	return len(r.Options.ResourceTypes) == 0
}

func (r *randomWorld) skip() proto.Message {
	return pick(r, []proto.Message{&v2.SkipEntitlementsAndGrants{}, &v2.SkipEntitlements{}, &v2.SkipGrants{}})
}

// newResource is a resource of a type, with all that the type asks for and perhaps more.
func (r *randomWorld) newResource(of *v2.ResourceType) *v2.Resource {
	var annotations []proto.Message
	for _, trait := range of.GetTraits() {
		annotations = append(annotations, randomTraits[trait])
	}
	if r.chance(8) {
		annotations = append(annotations, r.skip())
	}
	made := resource(of.GetId(), fmt.Sprintf("r%d", len(r.resources)), annotations...)
	if r.chance(10) {
		made.Description = "described"
	}
	r.resources = append(r.resources, made)
	return made
}

func (r *randomWorld) addResources() {
	for _, listed := range r.types {
		for range r.random.IntN(9) {
			made := r.newResource(listed)
			if r.chance(10) && r.allTypes() {
				r.Add(Resources, pick(r, r.types).GetId(), made)
				continue
			}
			r.Add(Resources, listed.GetId(), made)
			if r.chance(15) {
				r.addChildren(made)
			}
			if r.chance(5) {
				again := proto.Clone(made).(*v2.Resource)
				again.DisplayName = "again"
				r.Add(Resources, listed.GetId(), again)
			}
		}
		if r.chance(10) {
			r.Add(Resources, listed.GetId(), &v2.Resource{}, resource(listed.GetId(), ""), resource("", "x"))
		}
	}
}

func (r *randomWorld) addChildren(parent *v2.Resource) {
	childType := pick(r, r.types)
	parent.Annotations = append(parent.Annotations, pack(child(childType.GetId()))...)
	for range r.random.IntN(4) {
		made := r.newResource(childType)
		made.ParentResourceId = parent.GetId()
		r.Add(Resources, Below(childType.GetId(), parent.GetId()), made)
	}
}

// subject is where the entitlements or grants of a resource are listed.
func (r *randomWorld) subject(of *v2.ResourceId, typeScope proto.Message) string {
	for _, listed := range r.types {
		for _, annotation := range listed.GetAnnotations() {
			if listed.GetId() == of.GetResourceType() && annotation.MessageIs(typeScope) {
				return AllOf(of.GetResourceType())
			}
		}
	}
	return Of(of)
}

func (r *randomWorld) addEntitlements() {
	for _, of := range r.resources {
		subject := r.subject(of.GetId(), &v2.TypeScopedEntitlements{})
		for i := range r.random.IntN(3) {
			made := entitlement(of, fmt.Sprintf("e%d", i))
			if r.chance(10) {
				made.Annotations = pack(&v2.EntitlementExclusionGroup{ExclusionGroupId: "of " + of.GetId().GetResource(), IsDefault: i == 0})
			}
			r.entitlements = append(r.entitlements, made)
			r.Add(Entitlements, subject, made)
			if r.chance(3) {
				again := proto.Clone(made).(*v2.Entitlement)
				again.DisplayName = "again"
				r.Add(Entitlements, subject, again)
			}
		}
		if r.chance(4) {
			r.Add(Entitlements, subject, pick(r, []proto.Message{&v2.Entitlement{}, &v2.Entitlement{Id: "x"},
				entitlement(resource("", "x"), "e"), entitlement(resource("type0", ""), "e")}))
		}
		if r.chance(4) {
			r.Add(Entitlements, subject, entitlement(resource(pick(r, []string{"alien", "type0"}), fmt.Sprint("gone", r.random.IntN(3))), "e"))
		}
	}
	for _, listed := range r.types {
		for i := range r.random.IntN(3) {
			if r.chance(25) {
				r.Add(Static, listed.GetId(), &v2.Entitlement{Slug: fmt.Sprintf("static%d", i), DisplayName: pick(r, []string{"", "Static"}),
					GrantableTo: []*v2.ResourceType{pick(r, r.types)}})
			}
		}
	}
}

func (r *randomWorld) addGrants() {
	if len(r.resources) == 0 {
		return
	}
	for _, each := range r.resources {
		r.described[Of(each.GetId())] = r.chance(10)
	}
	for _, of := range r.entitlements {
		resourceID := of.GetResource().GetId()
		subject := r.subject(resourceID, &v2.TypeScopedGrants{})
		granted := map[string]bool{}
		for range r.random.IntN(6) {
			principal := pick(r, r.resources).GetId()
			if r.chance(4) {
				principal = id(principal.GetResourceType(), "gone")
			}
			if r.chance(4) {
				principal = id("alien", "a")
			}
			made := r.grant(resourceID, of.GetSlug(), principal)
			if granted[made.GetId()] && !r.chance(20) {
				continue
			}
			granted[made.GetId()] = true
			if r.chance(10) {
				made.Annotations = pack(&v2.GrantImmutable{SourceId: fmt.Sprint(r.random.IntN(10))})
			}
			r.Add(Grants, subject, made)
		}
		if r.chance(4) {
			// A slug of its own: which of two listings wins differs from the Go syncer, see twiceRow.
			slug := "for " + of.GetId()
			brought := id(pick(r, r.types).GetId(), fmt.Sprint("brought", r.random.IntN(5)))
			r.Add(Grants, subject, r.grant(brought, slug, pick(r, r.resources).GetId()))
			if r.random.IntN(3) > 0 {
				r.First(Grants, subject).Annotations = pack(&v2.InsertResourceGrants{})
			}
		}
	}
}

// grant is a grant whose principal has the same description in every grant: of several descriptions, the Go syncer takes a
// random one.
func (r *randomWorld) grant(of *v2.ResourceId, slug string, principal *v2.ResourceId, annotations ...proto.Message) *v2.Grant {
	made := grant(of, slug, principal, annotations...)
	if r.described[Of(principal)] {
		made.Principal = &v2.Resource{Id: principal, DisplayName: "whole", Annotations: pack(&v2.ExternalLink{Url: "https://x.test"})}
	}
	return made
}

// addExpansion lets resources that hold an entitlement give it to those who hold one of theirs. Entitlements only give
// to those listed before them, so there is no circle.
func (r *randomWorld) addExpansion() {
	if len(r.entitlements) < 2 || !r.chance(50) {
		return
	}
	for range 1 + r.random.IntN(8) {
		from := 1 + r.random.IntN(len(r.entitlements)-1)
		source, target := r.entitlements[from], r.entitlements[r.random.IntN(from)]
		expandable := &v2.GrantExpandable{EntitlementIds: []string{source.GetId()}, Shallow: r.random.IntN(4) == 0}
		if r.random.IntN(4) == 0 {
			expandable.ResourceTypeIds = []string{pick(r, r.types).GetId()}
		}
		if r.random.IntN(10) == 0 {
			expandable.EntitlementIds = append(expandable.EntitlementIds, "gone")
		}
		of := target.GetResource().GetId()
		made := r.grant(of, target.GetSlug(), source.GetResource().GetId(), expandable)
		// Another id than that of a direct grant to the same principal, which must stay as it is.
		made.Id += " expands " + source.GetSlug()
		r.Add(Grants, r.subject(of, &v2.TypeScopedGrants{}), made)
	}
}
